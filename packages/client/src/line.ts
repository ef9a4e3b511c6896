import type { Alarms, Stop } from './alarms.ts'
import type { SocketLike } from './options.ts'
import { parse } from './parse.ts'
import type { Settings } from './settings.ts'

/** How long a server that was asked whether it is there may take, in milliseconds. */
const pongMs = 5000

export interface LineOwner {
  opened(): unknown
  heard(frame: readonly unknown[]): void
  /** The line is down, and stays so until it is told to dial. */
  lost(code: number, reason: string): void
}

/** The way to the server: one socket at a time. */
export class Line {
  readonly #options: Settings
  readonly #alarms: Alarms
  readonly #owner: LineOwner
  #socket: SocketLike | null = null
  #tries = 0
  #stopWatch: Stop = () => {}
  #stopRedial: Stop | null = null

  constructor(options: Settings, alarms: Alarms, owner: LineOwner) {
    this.#options = options
    this.#alarms = alarms
    this.#owner = owner
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === 1
  }

  send(text: string): void {
    this.#socket?.send(text)
  }

  /** At once, unless it is up or on its way up. */
  dial(): void {
    this.#stopRedial?.()
    this.#stopRedial = null
    if (this.#socket !== null || this.#alarms.isClosed) return
    const { url, WebSocket, askTimeoutMs, pingMs } = this.#options
    const socket = new WebSocket(url, 'sojourn.1')
    this.#socket = socket
    socket.onopen = () => {
      this.#watch(pingMs)
      this.#owner.opened()
    }
    socket.onmessage = ({ data }: { data: unknown }) => {
      this.#watch(pingMs)
      const frame = parse(data)
      if (Array.isArray(frame)) this.#owner.heard(frame)
    }
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
      this.#letGo()
      this.#owner.lost(code, reason)
    }
    socket.onerror = () => {}
    this.#stopWatch = this.#alarms.after(askTimeoutMs, () => this.drop())
  }

  /** `now`: at once, but only the first time since the line was last good. `late`: as if it had failed long. */
  redial(when: 'now' | 'soon' | 'late'): void {
    const isAtOnce = when === 'now' && this.#tries === 0
    if (when === 'late') this.#tries = 99
    const ms = this.backoff()
    this.#stopRedial = this.#alarms.after(isAtOnce ? 0 : ms, () => this.dial())
  }

  /** How long to wait before the next try, in milliseconds. */
  backoff(): number {
    const { random, firstMs, maxMs } = this.#options
    return random() * Math.min(maxMs, firstMs * 2 ** this.#tries++)
  }

  isGood(): void {
    this.#tries = 0
  }

  /** The network may have come back, or have gone. */
  nudge(): void {
    if (this.#stopRedial !== null) this.dial()
    else if (this.isOpen) this.#watch(0)
  }

  /** As if the connection had broken. */
  drop(): void {
    const socket = this.#letGo()
    if (socket === null) return
    if (socket.terminate) socket.terminate()
    else socket.close()
    this.#owner.lost(1006, '')
  }

  hangUp(): void {
    this.#stopRedial?.()
    this.#stopRedial = null
    this.#letGo()?.close()
  }

  #watch(silentMs: number): void {
    this.#stopWatch()
    this.#stopWatch = this.#alarms.after(silentMs, () => {
      if (this.isOpen) this.send('["ping"]')
      this.#stopWatch = this.#alarms.after(pongMs, () => this.drop())
    })
  }

  #letGo(): SocketLike | null {
    const socket = this.#socket
    this.#socket = null
    this.#stopWatch()
    if (socket !== null) socket.onopen = socket.onmessage = socket.onclose = null
    return socket
  }
}
