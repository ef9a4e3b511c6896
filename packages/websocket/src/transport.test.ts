import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  type Action,
  type Answer,
  type ServeOptions,
  type TransportHarness,
  testTransport,
  transportLaws,
} from '@sojourn/conformance'
import { Client, listen } from './client.fixture.ts'
import { ClientError, createSocketSessions } from './index.ts'

/** Either all visitors come to one server, or each to one of its own, as if they were in several processes. */
const createHarness = (servers: 'one' | 'one each'): TransportHarness => ({
  async serve({ perform, ...options }: ServeOptions) {
    const serve = async () => {
      const sockets = createSocketSessions({ ...options, onError() {} })
      sockets.answer('do', async (connection, actions: readonly Action[]) => {
        try {
          return await perform(connection, actions)
        } catch (error) {
          const { code, message } = error as { code: string; message: string }
          throw code === 'app_failed' ? new ClientError(code, message) : error
        }
      })
      const { server, url } = await listen()
      sockets.attach(server)
      return { server, url, sockets }
    }
    const running = [serve()]
    return {
      visitor(credential = null) {
        const at = servers === 'one' ? running[0] : serve()
        if (at !== undefined && servers === 'one each') running.push(at)
        return new SocketVisitor(at as ReturnType<typeof serve>, credential)
      },
      async close() {
        for (const { sockets, server } of await Promise.all(running)) {
          await sockets.close()
          server.close()
        }
      },
    }
  },
})

/** Presents what it holds when it does the first thing. */
class SocketVisitor {
  readonly #server: Promise<{ readonly url: string }>
  readonly #first: string | null
  #client: Client | null = null
  #presented: Promise<unknown> | null = null

  constructor(server: Promise<{ readonly url: string }>, credential: string | null) {
    this.#server = server
    this.#first = credential
  }

  get credential(): string | null {
    return this.#client === null ? this.#first : this.#client.credential
  }

  async do(...actions: Action[]): Promise<Answer> {
    try {
      const { url } = await this.#server
      this.#client ??= new Client(url, { credential: this.#first })
      this.#presented ??= this.#client.present()
      await this.#presented
      return { ok: true, view: await this.#client.ask('do', actions) }
    } catch (error) {
      return { ok: false, code: (error as { code: string }).code }
    }
  }
}

testTransport('websocket, a process for each visitor', createHarness('one each'))

/** In one process all connections of a session have the same object: what one puts, the others have before it is saved. */
const seesUnsaved = 'answers once the session is saved, and no sooner'

suite('websocket, one process: a transport', () => {
  const laws = transportLaws(createHarness('one'))
  assert.ok(laws.some(({ name }) => name === seesUnsaved))
  for (const { name, check } of laws) if (name !== seesUnsaved) test(name, check)
})
