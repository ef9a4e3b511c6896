import { once } from 'node:events'
import { eventually } from '@sojourn/testbed'

// biome-ignore lint/suspicious/noExplicitAny: as it came
type Frame = any[]

/** A socket that sends what it is told to, sense or not. */
export class Raw implements Disposable {
  readonly frames: Frame[] = []
  readonly #socket: WebSocket
  #closed: { readonly code: number; readonly reason: string } | null = null

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.onmessage = ({ data }) => void this.frames.push(JSON.parse(data))
    socket.onclose = ({ code, reason }) => {
      this.#closed = { code, reason }
    }
  }

  static async open(url: string): Promise<Raw> {
    const socket = new WebSocket(new URL('/socket', url.replace('http', 'ws')), 'sojourn.1')
    const raw = new Raw(socket)
    await once(socket, 'open')
    return raw
  }

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(frame)
  }

  /** Sends a message with an id, and resolves to the answer to it. */
  async request(kind: string, id: number, ...args: unknown[]): Promise<Frame> {
    this.send(JSON.stringify([kind, id, ...args]))
    const isAnswer = (frame: Frame) => frame[1] === id && frame[0] !== 'tell'
    await eventually(() => this.#closed !== null || this.frames.some(isAnswer))
    return this.frames.find(isAnswer) ?? ['closed', this.#closed]
  }

  async closed() {
    await eventually(() => this.#closed !== null)
    return this.#closed
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }
}
