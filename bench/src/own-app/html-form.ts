/** A form that posts, as far as a sign-in without a script needs it. */
export interface HtmlForm {
  /** Resolved against the page's own address. */
  readonly action: URL
  readonly hidden: readonly (readonly [name: string, value: string])[]
}

// Comments, and what holds text or is not shown, in the first alternatives, so that no tag in them counts.
const tags =
  /<!--.*?-->|<(script|style|textarea|title|template|noscript)\b.*?<\/\1\s*>|<(\/?(?:form|input|meta))\b((?:"[^"]*"|'[^']*'|[^"'>])*)>/gis
const attribute = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g

/** The forms of a page that post, with their hidden fields. */
export function readForms(html: string, pageUrl: URL): HtmlForm[] {
  const forms: { action: URL; hidden: [string, string][] }[] = []
  let open: (typeof forms)[number] | null = null
  for (const { tag, attributes } of readTags(html)) {
    if (tag === '/form') open = null
    if (tag === 'form' && attributes.get('method')?.toLowerCase() === 'post') {
      open = { action: new URL(attributes.get('action') || pageUrl, pageUrl), hidden: [] }
      forms.push(open)
    }
    const name = attributes.get('name')
    const isHidden = tag === 'input' && attributes.get('type')?.toLowerCase() === 'hidden'
    if (isHidden && name && !attributes.has('disabled'))
      open?.hidden.push([name, attributes.get('value') ?? ''])
  }
  return forms
}

/** What Rails, Laravel and others give the scripts of a page: `<meta name="csrf-token" content="…">`. */
export function readMetaToken(html: string): string | null {
  for (const { tag, attributes } of readTags(html)) {
    if (tag === 'meta' && attributes.get('name')?.toLowerCase() === 'csrf-token')
      return attributes.get('content') ?? null
  }
  return null
}

/** A line of what a page says, without its tags. */
export function textOf(html: string): string {
  const text = decode(html.replace(tags, ' ').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
  return text.length > 160 ? `${text.slice(0, 160)} …` : text
}

function* readTags(html: string) {
  for (const [, , tag, text = ''] of html.matchAll(tags)) {
    if (tag === undefined) continue
    const attributes = new Map<string, string>()
    for (const [, name = '', ...values] of text.matchAll(attribute)) {
      const key = name.toLowerCase()
      if (!attributes.has(key)) attributes.set(key, decode(values.find(value => value !== undefined) ?? ''))
    }
    yield { tag: tag.toLowerCase(), attributes }
  }
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }

/** Numeric references, and the names that templates escape with. */
const decode = (text: string) =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (reference, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? reference
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : reference
  })
