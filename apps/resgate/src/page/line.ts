import ResClient from 'resclient'

const reconnectMs = 1000
/** Longer than the gateway waits for a service that has asked for patience. */
const silenceMs = 17_000

export class ConnectionLost extends Error {
  readonly code = 'connection_lost'
}

export interface LineOwner {
  /** On a new connection, before anything else is asked there. What is subscribed comes when this has resolved. */
  opened(): Promise<void>
  /** Each time a connection is lost, or could not be made. */
  lost(wasOpen: boolean): void
}

interface Connection {
  readonly lost: AbortSignal
  /** Does not wait for the other end, which may not be there any more. */
  drop(): void
}

/** An unmodified resclient, and what it does not tell: when a connection is gone, and what was asked there with it. */
export class Line {
  readonly client: ResClient
  /** On which we may ask. */
  #open: Connection | null = null
  #losesAnswer = false

  constructor(url: string, owner: LineOwner) {
    this.client = new ResClient(() => this.#connect(new WebSocket(url), owner), {
      reconnectDelay: reconnectMs,
      subscribeStaleDelay: 500,
      subscribeRetryDelay: 1000,
    })
  }

  get isOpen(): boolean {
    return this.#open !== null
  }

  dial(): void {
    this.client.connect().catch(() => {}) // told by the socket
  }

  /** Asks the session service. Rejects with a `code`: the gateway's, the service's, or `connection_lost`. */
  async ask(method: string, params?: object): Promise<unknown> {
    const connection = this.#open
    if (connection === null) throw new ConnectionLost()
    const over = new AbortController()
    const lost = new Promise<never>((_, reject) => {
      connection.lost.addEventListener('abort', () => reject(new ConnectionLost()), { signal: over.signal })
    })
    const timer = setTimeout(connection.drop, silenceMs)
    try {
      return await Promise.race([this.#send(connection, method, params), lost])
    } finally {
      clearTimeout(timer)
      over.abort()
    }
  }

  /** The next thing that is asked is done, and its answer is not heard. */
  loseNextAnswer(): void {
    this.#losesAnswer = true
  }

  #send(connection: Connection, method: string, params: object | undefined): Promise<unknown> {
    // While its `onConnect` runs, resclient takes itself for unconnected but in its first turn: it would wait for the end.
    const { connected } = this.client
    this.client.connected = true
    const answer = this.client.authenticate('session', method, params)
    this.client.connected = connected
    if (this.#losesAnswer) setTimeout(connection.drop) // what was sent still arrives
    this.#losesAnswer = false
    return answer
  }

  #connect(socket: WebSocket, owner: LineOwner): WebSocket {
    const gone = new AbortController()
    const lose = () => {
      if (gone.signal.aborted) return
      gone.abort()
      clearTimeout(timer)
      const wasOpen = this.isOpen
      this.#open = null
      owner.lost(wasOpen)
      setTimeout(() => this.dial(), reconnectMs) // resclient does not, as long as it holds no resource
    }
    const drop = () => {
      if (gone.signal.aborted) return
      socket.onerror = null // resclient would take it for one of the next connection
      this.client.disconnect()
      lose()
    }
    const timer = setTimeout(drop, silenceMs)
    socket.addEventListener('close', lose)
    this.client.setOnConnect(() => {
      clearTimeout(timer)
      this.#open = { lost: gone.signal, drop }
      return owner.opened()
    })
    return socket
  }
}
