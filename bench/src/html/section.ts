import { rawTable } from './figures.ts'
import { type Content, html, type Markup, nothing } from './markup.ts'

export interface Section {
  readonly id: string
  readonly title: string
  readonly content: Content
}

export const showSection = ({ id, title, content }: Section): Markup => html`
<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${content}
</section>
`

/** A chart, how it was measured, and the rows it was drawn from. */
export const showChart = (
  chart: Markup,
  how: Content,
  caption: string,
  rows: readonly object[],
): Markup => html`
<figure>
${chart}
<figcaption><b>How it was measured:</b> ${how}</figcaption>
</figure>
${rawTable(caption, rows)}
`

const sides = {
  ours: 'Sojourn (bold)',
  peer: 'what people run today',
  guest: 'yours',
  limit: 'the same app without sessions',
}

export const legend = (shown: readonly (keyof typeof sides)[]): Markup =>
  html`<p class="legend">${shown.map(side => html`<span>${swatch(side)}${sides[side]}</span> `)}</p>`

export const swatch = (side: keyof typeof sides): Markup => html`<i style="background: var(--${side})"></i>`

/** What the columns of a chart mean. */
export const showTerms = (
  summary: string,
  terms: readonly { readonly title: string; readonly about: string }[],
): Markup =>
  terms.length === 0
    ? nothing
    : html`<details><summary>${summary}</summary><dl class="terms">${terms.map(
        ({ title, about }) => html`<dt>${title}</dt><dd>${about}.</dd>`,
      )}</dl></details>`

export const showNotes = (notes: readonly string[]): Markup =>
  notes.length === 0 ? nothing : html`<ul class="notes">${notes.map(note => html`<li>${note}.</li>`)}</ul>`

/** A busy load generator set the pace. */
export function warnOfLoader(rows: readonly { readonly loaderBusy: number }[]): string {
  const busiest = Math.max(...rows.map(({ loaderBusy }) => loaderBusy))
  return busiest < 0.9
    ? ''
    : ` The load generator used ${Math.round(busiest * 100)} % of its core: the highest rates are lower bounds.`
}

export const roundsOf = (rounds: number): string =>
  rounds === 1 ? 'one round' : `the median of ${rounds} rounds, with whiskers from the least to the most`

/** `sign-out-everywhere`: Sign out everywhere. */
export const titleOf = (name: string): string => {
  const words = name.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
