/** Markup that may be put into a page as it is. All else is text, and escaped. */
export class Markup {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

export type Content = Markup | string | number | readonly Content[]

export const html = (strings: TemplateStringsArray, ...contents: readonly Content[]): Markup =>
  new Markup(String.raw({ raw: strings }, ...contents.map(sourceOf)))

export const nothing = html``

function sourceOf(content: Content): string {
  if (content instanceof Markup) return content.source
  return typeof content === 'object' ? content.map(sourceOf).join('') : escapeText(String(content))
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeText = (text: string) => text.replace(/[&<>"']/g, character => entities[character] as string)
