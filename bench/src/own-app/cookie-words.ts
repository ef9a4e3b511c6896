import type { SessionCookie } from './results.ts'

/** What a cookie's attributes mean for a thief, a line each. */
export function describeCookie({ name, bytes, httpOnly, secure, sameSite, lifetimeMs }: SessionCookie) {
  return [
    `${name}: ${bytes} bytes with each request, kept ${lifetimeMs === null ? 'until the browser is closed' : `for ${durationOf(lifetimeMs)}`}.`,
    httpOnly
      ? 'HttpOnly: no script of a page can read it.'
      : 'Not HttpOnly: any script that gets into a page can read it and send it away.',
    secure
      ? 'Secure: browsers send it by https only.'
      : 'Not Secure: browsers send it without encryption, too. By http many applications leave that off: look in production.',
    sameSiteLines[sameSite?.toLowerCase() ?? ''] ?? noSameSite,
  ]
}

const noSameSite = 'No SameSite: some browsers keep it from the forms of other sites, and others do not.'

const sameSiteLines: Record<string, string> = {
  strict: 'SameSite=Strict: browsers send it with nothing that comes from another site, not even a link.',
  lax: 'SameSite=Lax: browsers send it when a link of another site is followed, but not with its forms.',
  none: 'SameSite=None: browsers send it with the forms of any other site.',
}

const units: readonly [name: string, ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]

function durationOf(ms: number): string {
  const [name, unit] = units.find(([, unit]) => ms >= 1.5 * unit) ?? ['second', 1000]
  const value = Math.round(ms / unit)
  return `${value} ${name}${value === 1 ? '' : 's'}`
}
