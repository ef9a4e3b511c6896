import type { Theft } from '../results.ts'
import { drawLifetimes } from './lifetimes.ts'
import { html, type Markup } from './markup.ts'
import { type Section, showChart, showNotes, titleOf } from './section.ts'

export function showTheft(rows: readonly Theft[]): Section[] {
  if (rows.length === 0) return []
  return [
    {
      id: 'theft',
      title: 'How long does a theft last?',
      content: html`
<p>Somebody has copied a cookie. Its owner goes on with it, or signs out, or, in another browser, signs out everywhere or changes
the password. Or somebody has copied the whole store, without the secrets of the server.</p>
${showLifetimes('How long a copied cookie works', rows, how)}`,
    },
  ]
}

const how =
  'From when the owner’s request was answered until the copy last worked, on a scale of powers of ten; the longest of five copies, ' +
  'tried every few milliseconds at another server where servers share sessions. An arrow: it worked for as long as it was tried.'

export function showLifetimes(title: string, rows: readonly Theft[], how: string): Markup {
  const acts = [...new Set(rows.map(({ act }) => act))].map(name => ({ name, title: titleOf(name) }))
  const lifetimes = Map.groupBy(
    rows.filter(({ note }) => note !== ''),
    ({ note }) => note,
  )
  const notes = [...lifetimes].map(
    ([note, own]) =>
      `A copy that lives is ${note}: ${[...new Set(own.map(({ contender }) => contender))].join(', ')}`,
  )
  return html`${showChart(drawLifetimes(`${title}, of each contender after each act`, rows, acts), how, title, rows)}
${showNotes(notes)}`
}
