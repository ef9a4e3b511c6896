import {
  type Credential,
  createSessions,
  type Instruction,
  type LiveSession,
  type Sessions,
} from '@sojourn/core'
import type { Action, SessionHolder } from './perform.ts'
import type { Answer, ServeOptions, TransportHarness, TransportServer, Visitor } from './transport.ts'

export type Client = { -readonly [K in keyof Visitor]: Visitor[K] }

/** A correct transport, as plain as can be: calls within one process. What the broken ones are made of. */
export class ReferenceTransport implements TransportServer {
  readonly options: ServeOptions
  readonly sessions: Sessions

  constructor(options: ServeOptions) {
    this.options = options
    this.sessions = createSessions(options)
  }

  visitor(credential: Credential | null = null): Visitor {
    const client: Client = { credential, do: (...actions) => this.answer(client, actions) }
    return client
  }

  async answer(client: Client, actions: readonly Action[]): Promise<Answer> {
    try {
      const holder = await this.open(client.credential)
      const view = await this.options.perform(holder, actions)
      this.follow(client, await this.commit(holder.session))
      return { ok: true, view }
    } catch (error) {
      return { ok: false, code: (error as { code: string }).code }
    }
  }

  async open(credential: Credential | null): Promise<SessionHolder> {
    const holder = {} as { session: LiveSession }
    holder.session = await this.sessions.open(credential === null ? [] : [credential], {
      replaced: session => this.replace(holder, session),
      canDeliver: () => true,
    })
    return holder
  }

  replace(holder: { session: LiveSession }, session: LiveSession): void {
    holder.session = session
  }

  async commit(session: LiveSession): Promise<Instruction> {
    return this.sessions.commit(session)
  }

  follow(client: Client, instruction: Instruction): void {
    if (instruction.do === 'set') client.credential = instruction.credential
    if (instruction.do === 'clear') client.credential = null
  }

  async close(): Promise<void> {}
}

export const inProcess = (Transport: new (options: ServeOptions) => TransportServer): TransportHarness => ({
  serve: async options => new Transport(options),
})
