import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Place } from './place.ts'

export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Default: 30 seconds. */
  readonly patienceMs?: number | undefined
}

export interface Answer {
  readonly status: number
  readonly location: string | null
  readonly setCookies: readonly string[]
  readonly body: string
  /** With its headers. */
  readonly bytes: number
  /** Whether another request may follow on the same connection. */
  readonly keepsAlive: boolean
}

/** One request on a connection of its own. Rejects if there is no answer in time. */
export function request(place: Place, asked: Request): Promise<Answer> {
  const { method, path, headers, body, patienceMs = 30_000 } = asked
  const { origin, address, port, isLoopback } = place
  const { protocol, host, hostname } = new URL(origin)
  const send = protocol === 'https:' ? requestHttps : requestHttp
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const signal = AbortSignal.timeout(patienceMs)
  const fail = (error: Error) =>
    reject(signal.aborted ? new Error(`${method} ${path} got no answer in ${patienceMs / 1000} s`) : error)
  const sent = send({
    host: address,
    port,
    method,
    path,
    agent: false,
    headers: {
      host,
      connection: 'keep-alive',
      ...headers,
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    },
    signal,
    ...(protocol === 'https:' && {
      rejectUnauthorized: !isLoopback, // there, certificates are of one's own making
      ...(isIP(hostname) === 0 && { servername: hostname }),
    }),
  })
  sent.on('error', fail)
  sent.on('response', async response => {
    const { statusCode = 0, headers, httpVersion, socket } = response
    try {
      const connection = headers.connection?.toLowerCase()
      resolve({
        status: statusCode,
        location: headers.location ?? null,
        setCookies: headers['set-cookie'] ?? [],
        body: await text(response),
        bytes: socket.bytesRead,
        keepsAlive: httpVersion === '1.0' ? connection === 'keep-alive' : connection !== 'close',
      })
    } catch (error) {
      fail(error as Error)
    }
  })
  sent.end(body)
  return promise
}
