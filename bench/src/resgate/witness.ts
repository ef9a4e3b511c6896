import { connect } from '@nats-io/transport-node'
import type { AuthRequest, Token } from './res.ts'

/** What the gateway knows of who asks, as any service behind it is told. */
export interface Whoami {
  readonly userId: Token['userId'] | null
}

/** A service behind the gateway that tells each client who it is. */
export async function startWitness(servers: string): Promise<AsyncDisposable> {
  const nats = await connect({ servers })
  const serve = (subject: string, answer: (request: AuthRequest) => object) =>
    nats.subscribe(subject, {
      callback: (_error, message) => void message.respond(JSON.stringify({ result: answer(message.json()) })),
    })
  serve('access.witness', () => ({ call: 'ask' }))
  serve('call.witness.ask', ({ token }): Whoami => ({ userId: token?.userId ?? null }))
  await nats.flush()
  return { [Symbol.asyncDispose]: () => nats.close() }
}
