import { SessionError } from '@sojourn/core'
import type { SessionRequest } from './slot.ts'

export interface CrossSiteOptions {
  /** Other origins whose pages may send unsafe requests, as `https://admin.example.com`. */
  readonly trustedOrigins?: readonly string[]
  /** Requests that other sites must be able to send, such as the form that a SAML provider posts. */
  readonly exempt?: (req: SessionRequest) => boolean
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses unsafe requests that a page of another site made a browser send: by `Sec-Fetch-Site`, and by `Origin`
 * where a browser is too old for that. A request with neither header comes from no browser, and passes.
 *
 * @throws {SessionError} `invalid_option`
 */
export function createCrossSiteCheck(
  options: CrossSiteOptions = {},
): (req: SessionRequest) => SessionError | null {
  const { trustedOrigins = [], exempt = () => false } = options
  for (const origin of trustedOrigins) {
    if (origin.includes('*') || !URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new SessionError(
        'invalid_option',
        `trustedOrigins: ${origin} is not an origin like https://example.com.`,
      )
    }
  }
  const trusted = new Set(trustedOrigins)

  return req => {
    if (safeMethods.has(req.method ?? '')) return null
    const { origin, 'sec-fetch-site': site } = req.headers
    if (origin !== undefined && trusted.has(origin)) return null
    if (site === 'same-origin' || site === 'none') return null
    if (site === undefined && (origin === undefined || isOwn(origin, req))) return null
    if (exempt(req)) return null
    return new SessionError(
      'cross_site_request',
      `${req.method} ${req.originalUrl} was sent by a page of ${origin ?? 'another site'}: ` +
        'add its origin to csrf.trustedOrigins if that is meant to be.',
    )
  }
}

function isOwn(origin: string, req: SessionRequest): boolean {
  return URL.canParse(origin) && new URL(origin).host === hostOf(req)
}

/** The host that the client asked for, as Express sees it; with the port, which Express 4 drops. */
function hostOf(req: SessionRequest): string | undefined {
  const [forwarded] = [req.headers['x-forwarded-host'] ?? []].flat()
  const trust = req.app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean
  if (forwarded === undefined || !trust(req.socket.remoteAddress, 0)) return req.headers.host
  return forwarded.split(',')[0]?.trim()
}
