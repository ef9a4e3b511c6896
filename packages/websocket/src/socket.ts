import { WebSocket } from 'ws'
import type { Connection } from './connection.ts'
import type { Inbox } from './inbox.ts'
import { closeCodes } from './protocol.ts'

/** A socket that knows its connection. */
export class Socket extends WebSocket {
  connection: Connection | null = null
  inbox: Inbox | null = null

  serve(connection: Connection, inbox: Inbox): void {
    this.connection = connection
    this.inbox = inbox
    this.on('message', onMessage).on('ping', onPing).on('pong', onPong)
    this.on('close', onClose).on('error', onError)
  }
}

// Functions of all sockets, for one of each socket's own would cost memory.

function onMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
  const { inbox, connection } = this as Socket
  if (connection !== null) inbox?.receive(connection, data, isBinary)
}

function onPing(this: WebSocket, data: Buffer): void {
  const { inbox, connection } = this as Socket
  if (connection === null || connection.isClosed || !inbox?.count(connection)) return
  this.pong(data)
  connection.isFast()
}

function onPong(this: WebSocket): void {
  const { inbox, connection } = this as Socket
  if (connection !== null && !connection.isClosed) inbox?.count(connection)
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  const { connection } = this as Socket
  connection?.end(code, reason.toString())
}

/** `ws` closes it, with the code that RFC 6455 has for what the client did. */
function onError(this: WebSocket, { code }: NodeJS.ErrnoException): void {
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    const { connection } = this as Socket
    connection?.end(closeCodes.frameTooBig, 'frame too big')
  }
}
