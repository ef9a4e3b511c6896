import type { IncomingMessage } from 'node:http'
import { SessionError } from '@sojourn/core'

export type Origins = 'same' | readonly string[]

/** @throws {SessionError} `invalid_option` */
export function createOriginCheck(origins: Origins): (req: IncomingMessage) => boolean {
  if (origins !== 'same') {
    for (const origin of origins) {
      if (originOf(origin) === origin) continue
      throw new SessionError('invalid_option', `origins: ${origin} is none, as https://example.com is.`)
    }
  }
  return ({ headers: { origin, host } }) => {
    // Only browsers send one, and only they can be made to connect by a page of another site.
    if (origin === undefined) return true
    return origins === 'same' ? isSame(origin, host) : origins.includes(origin)
  }
}

function isSame(origin: string, host = ''): boolean {
  const url = parse(origin)
  // `Host` names a default port seldom, `Origin` never.
  return (
    url !== null && (url.host === host.toLowerCase() || url.host === parse(`${url.protocol}//${host}`)?.host)
  )
}

const originOf = (text: unknown) => parse(String(text))?.origin

function parse(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
