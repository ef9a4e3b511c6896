import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { readCookies, type Sessions } from '@sojourn/core'
import { WebSocketServer } from 'ws'
import { ClientError, isServerFault } from './client-error.ts'
import { Connection } from './connection.ts'
import type { ConnectionContext } from './connection-context.ts'
import { type CookieOptions, createCookieSlot } from './cookie-slot.ts'
import type { Entrance } from './enter.ts'
import { keepRequest } from './handshake-request.ts'
import type { Inbox } from './inbox.ts'
import { createOriginCheck, type Origins } from './origin.ts'
import { closeCodes, subprotocol } from './protocol.ts'
import { Socket } from './socket.ts'

export type UpgradeListener = (req: IncomingMessage, socket: Duplex, head: Buffer) => void
type Attachable = Pick<Server, 'on' | 'off' | 'listenerCount'>

export interface HandshakeOptions {
  readonly credential: 'message' | 'cookie'
  readonly cookie: CookieOptions
  /** The name that the strategy binds its credentials to. */
  readonly bound: string | null
  /** The cookie of the second credential. */
  readonly bind: string | null
  readonly origins: Origins | undefined
  readonly path: string | null
  readonly maxFrameBytes: number
  readonly sessions: Sessions
  readonly context: ConnectionContext
  readonly connections: Set<Connection>
  readonly inbox: Inbox
  readonly entrance: Entrance
  now(): number
}

/** For how long a client may take to answer that it is closed. */
const closeTimeoutMs = 5000

/** How many cookies of the second credential's name are tried: another host of the domain may set one, too. */
const maxBindings = 5

/** By how many of those who are attached a request was left to the others. */
const declined = new WeakMap<IncomingMessage, number>()

function decline(req: IncomingMessage): number {
  const count = (declined.get(req) ?? 0) + 1
  declined.set(req, count)
  return count
}

/** From HTTP to sockets. */
export class Handshakes {
  readonly #options: HandshakeOptions
  readonly #server: WebSocketServer
  readonly #isAllowed: (req: IncomingMessage) => boolean
  readonly #cookies: ReturnType<typeof createCookieSlot>
  readonly #attached: (() => void)[] = []
  #setCookies: string[] = []
  #isClosed = false

  constructor(options: HandshakeOptions) {
    const { maxFrameBytes, origins = 'same', cookie, bound, now } = options
    this.#options = options
    this.#isAllowed = createOriginCheck(origins)
    this.#cookies = createCookieSlot(cookie, bound, now)
    const settings = {
      noServer: true,
      WebSocket: Socket,
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      autoPong: false,
      closeTimeout: closeTimeoutMs, // not in the types yet
      handleProtocols: (offered: Set<string>) => (offered.has(subprotocol) ? subprotocol : false) as false,
    }
    this.#server = new WebSocketServer(settings)
    this.#server.on('headers', headers => {
      for (const value of this.#setCookies) headers.push(`Set-Cookie: ${value}`)
    })
  }

  readonly handle: UpgradeListener = (req, socket, head) => {
    if (this.#isClosed) return refuse(socket, 503)
    if (!this.#isAllowed(req)) return refuse(socket, 403)
    const { credential, bind, context } = this.#options
    const bindings = bind === null ? [] : readCookies(req.headers.cookie ?? '', bind).slice(0, maxBindings)
    const connection = new Connection(context, keepRequest(req), { canReceive: true, bindings })
    if (credential === 'message') this.#upgrade(connection, req, socket, head, [])
    else void this.#openAtOnce(connection, req, socket, head)
  }

  attach(server: Attachable): void {
    const { path } = this.#options
    const listener: UpgradeListener = (req, socket, head) => {
      if (path === null || req.url === path || req.url?.startsWith(`${path}?`)) this.handle(req, socket, head)
      else if (decline(req) === server.listenerCount('upgrade')) refuse(socket, 404)
    }
    server.on('upgrade', listener)
    this.#attached.push(() => server.off('upgrade', listener))
  }

  close(): Promise<void> {
    this.#isClosed = true
    for (const detach of this.#attached) detach()
    return new Promise(resolve => this.#server.close(() => resolve()))
  }

  async #openAtOnce(
    connection: Connection,
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const { sessions, entrance, inbox, context } = this.#options
    const credentials = this.#cookies.read(req)
    const ignore = () => {}
    socket.on('error', ignore)
    connection.isPresenting = true
    try {
      const state = await entrance.enter(connection, {
        open: host => sessions.open(credentials, host),
        isClaim: credentials.length > 0,
        canReceive: true,
        admit: () => {
          socket.off('error', ignore)
          this.#upgrade(connection, req, socket, head, this.#cookies.write(req, connection.due))
          if (connection.socket === null) throw new ClientError('left', 'The client has left meanwhile.')
          connection.canReceive = false
          connection.due = { do: 'keep' }
        },
      })
      connection.send(['session', state])
    } catch (error) {
      if (isServerFault(error)) context.onError(error, connection)
      if (connection.socket === null) return refuse(socket, 503)
      connection.end(closeCodes.failed, 'internal')
    }
    inbox.presented(connection)
  }

  #upgrade(
    connection: Connection,
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    setCookies: string[],
  ): void {
    this.#setCookies = setCookies
    this.#server.handleUpgrade(req, socket, head, opened => this.#open(connection, opened as Socket))
    this.#setCookies = []
  }

  #open(connection: Connection, socket: Socket): void {
    const { connections, inbox } = this.#options
    connections.add(connection)
    connection.socket = socket
    socket.serve(connection, inbox)
  }
}

function refuse(socket: Duplex, status: 403 | 404 | 503): void {
  if (socket.destroyed) return
  socket.on('error', () => {})
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Connection: close', 'Content-Length: 0']
  socket.end(`${lines.join('\r\n')}\r\n\r\n`)
}
