import { WebSocket } from 'ws'

// biome-ignore lint/suspicious/noExplicitAny: as it came
export type Frame = any[]

/** Between a client and its server: sees all frames, and can lose some. */
export interface Wire {
  readonly WebSocket: new (url: string | URL, protocol: string) => WebSocket
  readonly sent: Frame[]
  readonly received: Frame[]
  /** What each connection closed with, or 1006. */
  readonly closed: number[]
  /** How many sockets were made, and how many are not closed yet. */
  readonly made: number
  readonly open: number
  /** What the client sends, before it goes out. True: it does not. */
  onSend: (frame: Frame) => boolean
  /** What the server sends, before the client sees it. True: it does not. */
  onReceive: (frame: Frame) => boolean
  /** Breaks all connections. */
  cut(): void
}

export function createWire(): Wire {
  const sockets = new Set<WebSocket>()
  const wire = {
    ...{ sent: [] as Frame[], received: [] as Frame[], closed: [] as number[], made: 0 },
    onSend: () => false,
    onReceive: () => false,
    get open() {
      return sockets.size
    },
    cut() {
      for (const socket of sockets) socket.terminate()
    },
  } as unknown as Wire & { made: number }

  class TappedSocket extends WebSocket {
    constructor(url: string | URL, protocol: string) {
      super(url, protocol)
      wire.made++
      if (wire.made > 1000) throw new Error('Sockets are made without end.')
      sockets.add(this)
      this.on('close', code => {
        sockets.delete(this)
        wire.closed.push(code)
      })
    }

    override send(text: string): void {
      const frame = JSON.parse(text)
      wire.sent.push(frame)
      if (!wire.onSend(frame)) super.send(text)
    }

    override emit(event: string | symbol, ...args: unknown[]): boolean {
      if (event === 'message') {
        const frame = JSON.parse(String(args[0]))
        wire.received.push(frame)
        if (wire.onReceive(frame)) return true
      }
      return super.emit(event, ...args)
    }
  }
  return Object.assign(wire, { WebSocket: TappedSocket }) as Wire
}
