import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ClientOptions, WebSocket } from 'ws'
import type { SessionState } from './protocol.ts'

// biome-ignore lint/suspicious/noExplicitAny: as it came
export type Message = any[]

/** Only what is broken ever comes to the end of it. */
const patienceMs = 5000

/** A client that speaks the protocol, and no more. */
export class Client {
  readonly socket: WebSocket
  readonly received: Message[] = []
  credential: string | null
  /** The last that it was told of its session. */
  state: SessionState | null = null
  /** The headers of the handshake's answer. */
  headers: IncomingHttpHeaders = {}
  closed: { readonly code: number; readonly reason: string } | null = null
  #nextId = 1
  readonly #waiting = new Set<() => void>()

  constructor(url: string, options: ClientOptions & { credential?: string | null } = {}) {
    const { credential = null, ...socketOptions } = options
    this.credential = credential
    this.socket = new WebSocket(url.replace('http', 'ws'), 'sojourn.1', socketOptions)
    this.socket.on('upgrade', ({ headers }) => {
      this.headers = headers
    })
    this.socket.on('message', data => this.#receive(JSON.parse(String(data))))
    this.socket.on('error', () => {})
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) }
      this.#wake()
    })
  }

  #receive(message: Message): void {
    this.received.push(message)
    const state: SessionState | undefined =
      message[0] === 'presented' ? message[2] : message[0] === 'session' ? message[1] : undefined
    if (state !== undefined) {
      this.state = state
      if (state.credential !== undefined) this.credential = state.credential
    }
    this.#wake()
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open')
    return this
  }

  async send(...message: unknown[]): Promise<void> {
    await this.opened()
    this.socket.send(JSON.stringify(message))
  }

  /** The first that matches, of those that came or will. */
  async next(matches: (message: Message) => boolean): Promise<Message> {
    let found: Message | undefined
    await this.#until(
      () => {
        found = this.received.find(matches)
        return found !== undefined || this.closed !== null
      },
      () => `in ${JSON.stringify(this.received)}`,
    )
    if (found === undefined) {
      throw Object.assign(new Error(`closed: ${JSON.stringify(this.closed)}`), {
        code: 'closed',
        ...this.closed,
      })
    }
    return found
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.whenClosed()
  }

  async whenClosed(): Promise<readonly [code: number, reason: string]> {
    await this.#until(
      () => this.closed !== null,
      () => 'not closed',
    )
    return [this.closed?.code ?? 0, this.closed?.reason ?? '']
  }

  async present(credential: string | null = this.credential): Promise<SessionState> {
    return (await this.#request('present', credential))[2]
  }

  async ticket(ticket: string): Promise<SessionState> {
    return (await this.#request('ticket', ticket))[2]
  }

  // biome-ignore lint/suspicious/noExplicitAny: as the test knows it
  async ask(type: string, ...args: unknown[]): Promise<any> {
    return (await this.#request('ask', type, ...args))[2]
  }

  async #request(kind: string, ...args: unknown[]): Promise<Message> {
    const id = this.#nextId++
    await this.send(kind, id, ...args)
    const answer = await this.next(([kind, to]) => to === id && kind !== 'tell')
    if (answer[0] === 'refuse') throw Object.assign(new Error(answer[3]), { code: answer[2] })
    return answer
  }

  #until(holds: () => boolean, describe: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => finish(() => reject(new Error(`never happened: ${describe()}`))),
        patienceMs,
      )
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        this.#waiting.delete(check)
        settle()
      }
      const check = () => {
        if (holds()) finish(resolve)
      }
      this.#waiting.add(check)
      check()
    })
  }
}

export async function listen(server: Server = createServer()): Promise<{ server: Server; url: string }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
