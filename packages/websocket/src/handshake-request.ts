import type { IncomingMessage } from 'node:http'

/** What is kept of the handshake: a whole request would be most of what a socket costs. */
export interface HandshakeRequest {
  readonly url: string
  readonly remoteAddress: string | undefined
  /** Of `keptHeaders`, those that came. */
  readonly headers: Readonly<Record<string, string>>
}

const keptHeaders = ['host', 'origin', 'user-agent', 'x-forwarded-for', 'accept-language']

export function keepRequest({ url = '/', headers, socket }: IncomingMessage): HandshakeRequest {
  const kept = keptHeaders.flatMap(name => (headers[name] === undefined ? [] : [[name, headers[name]]]))
  return { url, remoteAddress: socket.remoteAddress, headers: Object.fromEntries(kept) }
}
