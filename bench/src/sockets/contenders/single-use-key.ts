import { randomBytes } from 'node:crypto'
import { type WebSocket, WebSocketServer } from 'ws'
import type { SocketContender } from '../contender.ts'
import type { SessionFrame } from '../frames.ts'

interface Held {
  readonly id: string
  readonly user: string
  /** All that it was ever given; the last one is good. */
  readonly keys: string[]
  counter: number
  socket: WebSocket | null
  timer?: NodeJS.Timeout
}

const liveMs = 120_000
const createId = () => randomBytes(24).toString('base64')

const sessionsByKey = new Map<string, Held>()
const sessionsBySocket = new Map<WebSocket, Held>()
let reuses = 0

/**
 * What people write by hand, as the session example of Resgate does: keys in the memory of the process, each good once,
 * and a session that ends when a spent one comes. It knows no attempt ids, and takes a retry for a thief.
 */
export const contender: SocketContender = {
  name: 'single-use-key',
  about: 'strict single-use keys, by hand, in memory',
  serve(server) {
    new WebSocketServer({ server, perMessageDeflate: false }).on('connection', socket => {
      const send = (frame: unknown[]) => socket.send(JSON.stringify(frame))
      socket.on('close', () => leave(socket))
      socket.on('message', data => {
        const [kind, id, first, second] = JSON.parse(data.toString())
        if (kind === 'present') {
          if (first === null) leave(socket)
          send(['presented', id, first === null ? nothing : relogin(first, socket)])
          return
        }
        if (first === 'sign-in') {
          const held: Held = { id: createId(), user: second, keys: [], counter: 0, socket: null }
          take(held, socket)
          send(['session', issue(held)])
        }
        const held = sessionsBySocket.get(socket)
        if (held && first === 'write') held.counter++
        send(['answer', id, { user: held?.user ?? null, counter: held?.counter ?? 0 }])
      })
    })
  },
  countReuses: () => reuses,
}

const nothing: SessionFrame = { id: '', userId: null, expiresAt: null }

function relogin(key: string, socket: WebSocket): SessionFrame {
  const held = sessionsByKey.get(key)
  if (held === undefined || key !== held.keys.at(-1)) {
    if (held !== undefined) {
      reuses++
      dispose(held)
    }
    return { ...nothing, refused: held === undefined ? 'unknown' : 'reuse' }
  }
  if (held.socket !== socket) take(held, socket)
  return issue(held)
}

function issue(held: Held): SessionFrame {
  clearTimeout(held.timer)
  held.timer = setTimeout(() => dispose(held), liveMs)
  const credential = createId()
  held.keys.push(credential)
  sessionsByKey.set(credential, held)
  const { id, user, keys } = held
  return { id, userId: user, expiresAt: Date.now() + liveMs, credential, version: keys.length }
}

function take(held: Held, socket: WebSocket): void {
  if (held.socket) sessionsBySocket.delete(held.socket)
  leave(socket)
  held.socket = socket
  sessionsBySocket.set(socket, held)
}

function leave(socket: WebSocket): void {
  const held = sessionsBySocket.get(socket)
  sessionsBySocket.delete(socket)
  if (held) held.socket = null
}

function dispose(held: Held): void {
  clearTimeout(held.timer)
  held.socket?.send(JSON.stringify(['session', nothing]))
  if (held.socket) sessionsBySocket.delete(held.socket)
  for (const key of held.keys) sessionsByKey.delete(key)
}
