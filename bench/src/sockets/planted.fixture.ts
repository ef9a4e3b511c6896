import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { SessionFrame } from './frames.ts'
import type { SocketServerProcess } from './server-process.ts'

/** A server in this process that believes every key, `user.generation`, and can be made to err. */
export class PlantedServer {
  port = 0
  /** Whom it takes for somebody else, when a key is presented or an ask answered. */
  readonly mistaken = new Map<string, string>()
  /** Whose keys it does not know. */
  readonly forgotten = new Set<string>()
  /** Of whom it has lost what they wrote. */
  readonly unwritten = new Set<string>()
  rotates = true
  /** Whether it errs in the answers to asks as well. */
  errsInAnswers = true
  readonly #server = new WebSocketServer({ port: 0, host: '127.0.0.1' })

  async open(): Promise<this> {
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
    this.#server.on('connection', socket => this.#serve(socket))
    return this
  }

  /** As the harness has it. */
  get process(): SocketServerProcess {
    const usage = async () => ({ cpuMicros: 0, rssBytes: 0, reuses: 0 })
    const end = async () => {}
    const { port } = this
    return { contender: 'none', port, store: '', usage, usageAtRest: usage, kill: end, stop: end }
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`
  }

  disconnectAll(): void {
    for (const socket of this.#server.clients) socket.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnectAll()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: WebSocket): void {
    let user: string | null = null
    let generation = 0
    const named = () => (user === null ? null : (this.mistaken.get(user) ?? user))
    const session = (): SessionFrame => ({
      id: user ?? 'nobody',
      userId: named(),
      expiresAt: null,
      ...(user !== null && { credential: `${user}.${generation}`, version: generation }),
    })
    socket.on('message', data => {
      const [kind, id, first, second] = JSON.parse(data.toString())
      const send = (...frame: unknown[]) => socket.send(JSON.stringify(frame))
      if (kind === 'present') {
        const [name, last] = first?.split('.') ?? [null, -1]
        const isKnown = !this.forgotten.has(name)
        user = isKnown ? name : null
        generation = Number(last) + (this.rotates ? 1 : 0)
        return send('presented', id, isKnown ? session() : { ...session(), refused: 'unknown' })
      }
      if (first === 'sign-in') {
        user = second
        generation = 1
        send('session', session())
      }
      send('answer', id, {
        user: this.errsInAnswers ? named() : user,
        counter: user !== null && this.unwritten.has(user) ? 0 : 1,
      })
    })
  }
}
