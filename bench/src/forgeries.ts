/** A shorter part of a cookie is no secret. */
const leastSecret = 16
/** More words would not tell more: those around the owner's record come last. */
const mostWords = 500

/**
 * The `Cookie` headers that somebody might send who has read `text`, and knows what `cookie` looks like: each word that is there,
 * alone and in the place of what is not there.
 */
export function forgeriesOf(cookie: string, text: string): string[] {
  const words = [...new Set(text.match(/[\w.+/=~-]{16,}/g) ?? [])].slice(-mostWords)
  return cookie.split('; ').flatMap(pair => {
    const name = pair.slice(0, pair.indexOf('='))
    const parts = decodeURIComponent(pair.slice(name.length + 1)).split(/([.:])/)
    const isSecret = (part: string) => part.length >= leastSecret && !text.includes(part)
    if (!parts.some(isSecret)) return [pair]
    const made = words.map(word =>
      parts
        .map(part => (isSecret(part) ? word.padEnd(part.length, 'A').slice(0, part.length) : part))
        .join(''),
    )
    const unsigned = parts.filter(part => !isSecret(part)).join('')
    return [unsigned, ...words, ...made].map(value => `${name}=${encodeURIComponent(value)}`)
  })
}
