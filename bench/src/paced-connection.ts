import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Visitor } from './visitor.ts'

const headEnd = '\r\n\r\n'

/** One request at a time, on a connection that stays open. As little work as can be: it must keep pace. */
export class PacedConnection {
  readonly #socket: Socket
  readonly #visitor: Visitor
  #head = ''
  #received = ''
  #answered: ((fault: string | null) => void) | null = null

  static async open(port: number, visitor: Visitor, fail: (fault: string) => void): Promise<PacedConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new PacedConnection(socket, visitor, fail)
  }

  constructor(socket: Socket, visitor: Visitor, fail: (fault: string) => void) {
    this.#socket = socket
    this.#visitor = visitor
    this.#makeHead()
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#receive(text))
    socket.on('error', () => {}) // `close` follows
    socket.on('close', () => fail('a connection was closed'))
  }

  /** Calls back with what is wrong with the answer, or null. */
  ask(answered: (fault: string | null) => void): void {
    this.#answered = answered
    this.#socket.write(this.#head, 'latin1')
  }

  close(): void {
    this.#socket.removeAllListeners('close')
    this.#socket.destroy()
  }

  #makeHead(): void {
    const { method, path, headers } = this.#visitor.nextRequest()
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    this.#head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: keep-alive\r\n${lines.join('')}\r\n`
  }

  #receive(text: string): void {
    this.#received += text
    const end = this.#received.indexOf(headEnd)
    if (end < 0) return
    const head = this.#received.slice(0, end)
    const bytes = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1])
    const body = this.#received.slice(end + headEnd.length)
    if (body.length < bytes) return // and not if it says no length, which is no right answer
    this.#received = ''
    const answered = this.#answered
    this.#answered = null
    answered?.(this.#findFault(head, body))
  }

  #findFault(head: string, body: string): string | null {
    if (!head.startsWith('HTTP/1.1 200 ')) return `status ${head.split(' ', 2)[1]}`
    if (/\r\nset-cookie:/i.test(head)) {
      const lines = head.split('\r\n').slice(1)
      const rawHeaders = lines.flatMap(line => line.split(/: (.*)/s, 2) as [string, string])
      try {
        if (this.#visitor.keepCookies(rawHeaders)) this.#makeHead()
      } catch (error) {
        return (error as Error).message
      }
    }
    return this.#visitor.findFault(body)
  }
}
