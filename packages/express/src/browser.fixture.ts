import { once } from 'node:events'
import http, { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'

export interface Reply {
  readonly status: number
  readonly statusMessage: string
  readonly headers: IncomingHttpHeaders
  /** The lines of `Set-Cookie`. */
  readonly setCookies: readonly string[]
  readonly body: Buffer
  readonly text: string
  /** False if the connection was cut before the end. */
  readonly complete: boolean
}

export interface Sent {
  /** Whether the head of the answer has come. */
  readonly begun: boolean
  readonly reply: Promise<Reply>
}

/** Only what is broken ever comes to the end of it. */
export const patienceMs = 5000

/** Keeps cookies and sends them back, as a browser does, of one site. Follows no redirect by itself. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #url: string

  constructor({ url }: { readonly url: string }) {
    this.#url = url
  }

  get(path: string, headers?: OutgoingHttpHeaders): Promise<Reply> {
    return this.send('GET', path, headers).reply
  }

  post(path: string, headers?: OutgoingHttpHeaders): Promise<Reply> {
    return this.send('POST', path, headers).reply
  }

  send(method: string, path: string, headers: OutgoingHttpHeaders = {}): Sent {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const options = {
      method,
      agent: false,
      rejectUnauthorized: false,
      headers: { ...(cookie && { cookie }), ...headers },
    }
    const { request } = this.#url.startsWith('https') ? https : http
    const outgoing = request(this.#url + path, options).end()
    outgoing.setTimeout(patienceMs, () => outgoing.destroy(new Error(`no answer to ${method} ${path}`)))
    const sent = { begun: false, reply: once(outgoing, 'response').then(([res]) => this.#receive(res)) }
    outgoing.on('response', () => {
      sent.begun = true
    })
    return sent
  }

  async #receive(res: IncomingMessage): Promise<Reply> {
    const setCookies = res.headers['set-cookie'] ?? []
    for (const line of setCookies) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
      if (line.includes('Max-Age=0')) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const chunks: Buffer[] = []
    res.on('data', (chunk: Buffer) => chunks.push(chunk))
    res.on('error', () => {}) // The connection was cut: `complete` tells.
    await new Promise(resolve => res.on('close', resolve))
    const body = Buffer.concat(chunks)
    const { statusCode: status = 0, statusMessage = '', headers, complete } = res
    return { status, statusMessage, headers, setCookies, body, text: body.toString(), complete }
  }
}
