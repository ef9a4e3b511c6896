import { type CookieAttributes, formatCookie, readCookies } from './cookie-header.ts'
import type { Credential } from './strategy.ts'

/**
 * The longest cookie that all browsers keep: name, value and attributes (RFC 6265, section 6.1). Newer ones count the
 * name and the value only.
 */
const maxCookieBytes = 4096
const maxParts = 9

/**
 * The credentials under the cookie `name` of a `Cookie` header: first those in one cookie, then those in parts. A
 * long one comes as `name.0`, `name.1`, …, of which the first begins with their number: `2.`.
 */
export function readCredentials(header: string, name: string): Credential[] {
  const whole = readCookies(header, name)
  if (!header.includes(`${name}.0`)) return whole
  return [...whole, ...readCookies(header, `${name}.0`).map((_, copy) => joinParts(header, name, copy))]
}

/**
 * Of cookies that came several times, as of two paths, the first belong together, then the second ones. Where a part is
 * missing, what is left is a credential that is not good, which is more than none.
 */
function joinParts(header: string, name: string, copy: number): Credential {
  const partAt = (index: number) => readCookies(header, partName(name, index))[copy] ?? ''
  const [, count = '1', first = ''] = /^([2-9])\.(.*)$/.exec(partAt(0)) ?? []
  const others = Array.from({ length: Number(count) - 1 }, (_, index) => partAt(index + 1))
  return [first, ...others].join('')
}

/**
 * The `Set-Cookie` headers that put `credential` in the place of all that `header` presents under `name`; none is left
 * over. An empty one removes them. Parts remove a whole one that a parallel answer may have given meanwhile: it would be
 * read first.
 */
export function formatCredential(
  name: string,
  credential: Credential,
  attributes: CookieAttributes,
  header: string,
): string[] {
  const values = new Map([name, ...presentedParts(header, name)].map(outdated => [outdated, '']))
  for (const [cookie, value] of split(name, credential, attributes)) values.set(cookie, value)
  return Array.from(values, ([cookie, value]) =>
    formatCookie(cookie, value, value === '' ? { ...attributes, maxAge: 0 } : attributes),
  )
}

function split(name: string, credential: Credential, attributes: CookieAttributes): [string, string][] {
  const whole = formatCookie(name, credential, attributes)
  if (whole.length <= maxCookieBytes) return [[name, credential]]
  const partBytes = maxCookieBytes - (whole.length - credential.length) - '.0'.length
  const text = `${Math.ceil((credential.length + '2.'.length) / partBytes)}.${credential}`
  return Array.from({ length: Math.ceil(text.length / partBytes) }, (_, index) => [
    partName(name, index),
    text.slice(index * partBytes, (index + 1) * partBytes),
  ])
}

function presentedParts(header: string, name: string): string[] {
  const count = header.includes(`${name}.`) ? maxParts : 0
  const parts = Array.from({ length: count }, (_, index) => partName(name, index))
  return parts.filter(part => readCookies(header, part).length > 0)
}

const partName = (name: string, index: number) => `${name}.${index}`
