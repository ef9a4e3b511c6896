import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { SessionFrame } from './frames.ts'

/** Who presents, and what it holds. */
export interface Holder {
  user: string
  key: string | null
}

type Frame = readonly [kind: string, ...rest: unknown[]]

/** How long an answer may take. */
const patienceMs = 10_000

let nextAttempt = 1
/** As long as one of 16 random bytes. */
const createAttempt = () => String(nextAttempt++).padStart(22, '0')

/** A socket that checks what it is answered: a client with nothing in it that would cost. One call at a time. */
export class Caller {
  readonly #socket: WebSocket
  readonly #hasAttempts: boolean
  #nextId = 1
  #settle: ((outcome: Frame | Error) => void) | null = null
  /** What came of a session before the answer. */
  #pushed: SessionFrame | null = null

  /** `hasAttempts`: whether keys are presented with attempt ids. */
  constructor(port: number, hasAttempts: boolean) {
    this.#hasAttempts = hasAttempts
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}`, 'sojourn.1', { perMessageDeflate: false })
    this.#socket.on('message', data => {
      const frame = JSON.parse(data.toString()) as Frame
      if (frame[0] === 'session') this.#pushed = frame[1] as SessionFrame
      else this.#end(frame)
    })
    this.#socket.on('error', error => this.#end(error))
    this.#socket.on('close', code => this.#end(new Error(`the socket was closed with ${code}`)))
  }

  async open(): Promise<this> {
    await once(this.#socket, 'open')
    return this
  }

  /** Presents the key, which must be taken for its holder's, and rotated. */
  async present(holder: Holder): Promise<void> {
    const { user, key } = holder
    const session = await this.presentText(this.#hasAttempts ? `${key}.${createAttempt()}` : key)
    const { userId, credential } = session
    if (userId !== user || session.refused || !credential || credential === key) {
      throw new Error(`${user} was answered ${JSON.stringify(session)}`)
    }
    holder.key = credential
  }

  async presentText(credential: string | null): Promise<SessionFrame> {
    const frame = await this.#call('present', credential)
    if (frame[0] !== 'presented') throw new Error(`a key was answered ${JSON.stringify(frame)}`)
    return frame[2] as SessionFrame
  }

  /** Begins a new session, and signs in. */
  async signIn(holder: Holder): Promise<void> {
    const { userId } = await this.presentText(null)
    if (userId !== null) throw new Error(`nobody was taken for ${userId}`)
    this.#pushed = null
    const [kind, , answer] = await this.#call('ask', 'sign-in', holder.user)
    const { userId: pushed, credential } = (this.#pushed ?? {}) as Partial<SessionFrame>
    const named = (answer as { user?: unknown } | undefined)?.user
    if (kind !== 'answer' || named !== holder.user || pushed !== holder.user || !credential) {
      throw new Error(`${holder.user} signed in, and was answered ${JSON.stringify([kind, answer, pushed])}`)
    }
    holder.key = credential
  }

  close(): void {
    this.#socket.terminate()
  }

  #call(kind: string, ...args: unknown[]): Promise<Frame> {
    const { promise, resolve, reject } = Promise.withResolvers<Frame>()
    const timer = setTimeout(() => this.#end(new Error('a frame was not answered')), patienceMs)
    this.#settle = outcome => {
      clearTimeout(timer)
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    }
    this.#socket.send(JSON.stringify([kind, this.#nextId++, ...args]))
    return promise
  }

  #end(outcome: Frame | Error): void {
    this.#settle?.(outcome)
    this.#settle = null
  }
}
