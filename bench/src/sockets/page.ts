import { WebSocket } from 'ws'
import type { Answer } from './contender.ts'
import type { SessionFrame } from './frames.ts'
import type { Member, MemberOptions } from './member.ts'

type Frame = readonly [kind: string, ...rest: unknown[]]

const itemName = 'reloginKey'
/** As resclient: at once, and then every three seconds. */
const reconnectMs = 3000

/**
 * The script of a page, as the session example of Resgate has it: it stores the key, presents it on each connection and
 * now and then, and drops one that is refused. It makes no attempt ids.
 */
export class Page implements Member {
  activeSince: number | null = null
  isOut = false
  mistaken = 0
  readonly #options: MemberOptions
  readonly #stored: Map<string, string>
  readonly #calls = new Map<number, PromiseWithResolvers<Frame>>()
  #socket!: WebSocket
  #nextId = 1
  #tries = 0
  #isClosed = false
  #renewal: NodeJS.Timeout | undefined
  #opened = Promise.withResolvers<void>()

  constructor(options: MemberOptions) {
    this.#options = options
    this.#stored = options.stored ?? new Map()
    this.#connect()
  }

  async signIn(): Promise<void> {
    await this.#call('ask', 'sign-in', this.#options.user)
  }

  /** Whatever comes of it. */
  async renew(): Promise<void> {
    const key = this.#stored.get(itemName)
    const answer = key === undefined ? null : await this.#call('present', key).catch(() => null)
    if (answer === null) return
    const session = answer[2] as SessionFrame
    if (session.refused === undefined) return this.#enter(session)
    this.#stored.delete(itemName)
    this.#leave()
  }

  async ask(type: 'read' | 'write'): Promise<Answer> {
    const [, , answer] = await this.#call('ask', type)
    return answer as Answer
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#renewal)
    this.#socket.terminate()
  }

  #connect(): void {
    const socket = new WebSocket(this.#options.url, 'sojourn.1', { perMessageDeflate: false })
    this.#socket = socket
    socket.on('open', () => {
      this.#tries = 0
      this.#opened.resolve()
      void this.renew()
    })
    socket.on('message', data => this.#hear(JSON.parse(data.toString()) as Frame))
    socket.on('error', () => {})
    socket.on('close', () => this.#lost())
  }

  #lost(): void {
    this.activeSince = null
    clearTimeout(this.#renewal)
    for (const { reject } of this.#calls.values()) reject(new Error('the connection was lost'))
    this.#calls.clear()
    this.#opened = Promise.withResolvers()
    if (!this.#isClosed) setTimeout(() => this.#connect(), this.#tries++ === 0 ? 0 : reconnectMs).unref()
  }

  #hear(frame: Frame): void {
    if (frame[0] !== 'session') return this.#calls.get(frame[1] as number)?.resolve(frame)
    const session = frame[1] as SessionFrame
    if (session.userId !== null) return this.#enter(session)
    this.activeSince = null
    void this.renew() // as the example does when its user is gone
  }

  #enter({ userId, credential }: SessionFrame): void {
    if (userId !== this.#options.user) this.mistaken++
    if (credential) this.#stored.set(itemName, credential)
    this.activeSince ??= Date.now()
    clearTimeout(this.#renewal)
    this.#renewal = setTimeout(() => void this.renew(), this.#options.renewMs)
  }

  #leave(): void {
    clearTimeout(this.#renewal)
    this.activeSince = null
    this.isOut = true
  }

  async #call(kind: string, ...args: unknown[]): Promise<Frame> {
    await this.#opened.promise
    const id = this.#nextId++
    const call = Promise.withResolvers<Frame>()
    this.#calls.set(id, call)
    this.#socket.send(JSON.stringify([kind, id, ...args]))
    try {
      return await call.promise
    } finally {
      this.#calls.delete(id)
    }
  }
}
