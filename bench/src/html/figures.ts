import type { Spread } from '../results.ts'
import { type Content, html, type Markup } from './markup.ts'

/** Three digits of what is small, whole numbers of what is not. */
export const figure = (value: number): string =>
  value.toLocaleString('en', {
    maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2,
  })

export const count = (value: number): string => Math.round(value).toLocaleString('en')

export const micros = (value: number): string =>
  `${Math.abs(value) < 100 ? value.toFixed(1) : count(value)} µs`

export const duration = (ms: number): string =>
  ms < 1000 ? `${figure(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`

/** For the marks of a scale: 5k. */
export const compact = (value: number): string =>
  Math.abs(value) >= 1e6
    ? `${figure(value / 1e6)}M`
    : Math.abs(value) >= 1000
      ? `${figure(value / 1000)}k`
      : figure(value)

export const bytes = (value: number): string => `${count(value)}\u00a0B`

export const formatDate = (date: string): string => date.replace(/T(\d\d:\d\d).*/, ', $1 UTC')

type Row = Readonly<Record<string, unknown>>

/** The rows as they are in the results file: a column for each member. */
export function rawTable(caption: string, rows: readonly object[]): Markup {
  const members = [...new Set(rows.flatMap(row => Object.keys(row)))]
  return html`<details class="raw">
<summary>Numbers<span class="unseen">: ${caption}</span></summary>
<div class="scrolls" tabindex="0" role="region" aria-label="${`Numbers: ${caption}`}">
<table>
<caption>${caption}</caption>
<thead><tr class="head">${members.map(member => html`<th scope="col">${titleOf(member)}</th>`)}</tr></thead>
<tbody>${rows.map(
    row => html`<tr>${members.map((member, index) => cellOf((row as Row)[member], index === 0))}</tr>
`,
  )}</tbody>
</table>
</div>
</details>`
}

const units: Record<string, string> = { Ms: ', ms', Micros: ', µs' }

/** `overheadMicros`: overhead, µs. */
function titleOf(member: string): string {
  const unit = Object.keys(units).find(unit => member.endsWith(unit)) ?? ''
  const words = member
    .slice(0, member.length - unit.length)
    .replace(/([A-Z])/g, letter => ` ${letter.toLowerCase()}`)
  return `${words}${units[unit] ?? ''}`
}

function cellOf(value: unknown, isHead: boolean): Markup {
  if (isHead) return html`<th scope="row">${String(value)}</th>`
  const isNumber = typeof value === 'number' || isSpread(value)
  return html`<td${isNumber ? html` class="number"` : ''}>${contentOf(value)}</td>`
}

function contentOf(value: unknown): Content {
  if (isSpread(value)) {
    const { median, min, max } = value
    return min === max ? data(median) : html`${data(median)} (${data(min)}–${data(max)})`
  }
  if (typeof value === 'number') return data(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map((item, index) => [index === 0 ? '' : ', ', contentOf(item)])
  if (value === null || value === undefined) return '–'
  if (typeof value !== 'object') return String(value)
  return Object.entries(value).map(([member, item], index) => [
    `${index === 0 ? '' : ', '}${titleOf(member)}: `,
    contentOf(item),
  ])
}

const data = (value: number) => html`<data value="${value}">${figure(value)}</data>`

export const isSpread = (value: unknown): value is Spread =>
  typeof value === 'object' && value !== null && 'median' in value
