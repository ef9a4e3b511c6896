import { WebSocket } from 'ws'

export interface ResAnswer {
  readonly result?: {
    readonly payload?: unknown
    readonly models?: { readonly [rid: string]: object }
  }
  readonly error?: { readonly code: string; readonly message: string }
}

interface LineOptions {
  readonly url: string
  /** As resclient, it tries at once when an established connection is lost, and then this often. */
  readonly reconnectMs: number
  /** Whenever there is a connection; it counts as established when that is done. */
  onConnect(): Promise<void>
  onEvent(event: string, data: object): void
  onLost(): void
}

/** A client's connection to a gateway, which comes back by itself: the RES client protocol, as resclient speaks it. */
export class ResLine {
  readonly #options: LineOptions
  readonly #calls = new Map<number, (answer: ResAnswer | null) => void>()
  #socket!: WebSocket
  #nextId = 1
  #isEstablished = false
  #reconnect: NodeJS.Timeout | undefined

  constructor(options: LineOptions) {
    this.#options = options
    this.#connect()
  }

  /** Null: there is no connection, or it was lost before the answer came. */
  call(method: string, params?: object): Promise<ResAnswer | null> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve(null)
    const id = this.#nextId++
    this.#socket.send(JSON.stringify({ id, method, params }))
    return new Promise(resolve => this.#calls.set(id, resolve))
  }

  /** As resclient when it is asked for something without a connection: tries at once. Whether there is a gateway. */
  hurry(): Promise<boolean> {
    clearTimeout(this.#reconnect)
    if (this.#socket.readyState === WebSocket.CLOSED) this.#connect()
    const socket = this.#socket
    return new Promise(resolve => {
      socket.once('open', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
  }

  #connect(): void {
    const socket = new WebSocket(this.#options.url, { perMessageDeflate: false })
    this.#socket = socket
    socket.on('open', async () => {
      await this.call('version', { protocol: '1.2.1' })
      await this.#options.onConnect()
      this.#isEstablished = socket.readyState === WebSocket.OPEN
    })
    socket.on('message', data => {
      const { id, event, data: eventData, ...answer } = JSON.parse(data.toString())
      if (id === undefined) return this.#options.onEvent(event, eventData)
      this.#calls.get(id)?.(answer)
      this.#calls.delete(id)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      const delayMs = this.#isEstablished ? 0 : this.#options.reconnectMs
      this.#isEstablished = false
      for (const settle of this.#calls.values()) settle(null)
      this.#calls.clear()
      this.#options.onLost()
      this.#reconnect = setTimeout(() => this.#connect(), delayMs)
    })
  }
}
