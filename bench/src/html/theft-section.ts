import type { Theft } from '../results.ts'
import { drawLifetimes } from './lifetimes.ts'
import { html, type Markup, nothing } from './markup.ts'
import { type Section, showChart, showNotes, titleOf } from './section.ts'

export function showTheft(rows: readonly Theft[]): Section[] {
  if (rows.length === 0) return []
  const own = rows.filter(({ act }) => guestActs.includes(act))
  return [
    {
      id: 'theft',
      title: 'How long does a theft last?',
      content: html`
<p>Somebody has copied a cookie. Its owner goes on with it, or signs out, or, in another browser, signs out everywhere or changes
the password. Or somebody has copied the whole store, without the secrets of the server.</p>
${showLifetimes(
  'How long a copied cookie works',
  rows.filter(row => !own.includes(row)),
  how,
)}
${own.length > 0 ? html`<h3>Yours, besides</h3>` : ''}
${showLifetimes('How long a copied cookie of yours works', own, guestHow)}`,
    },
  ]
}

/** That only an application of the reader's is asked for. */
const guestActs: readonly string[] = ['sign-in-elsewhere', 'sign-in']

const how =
  'From when the owner’s request was answered until the copy last worked, on a scale of powers of ten; the longest of five copies, ' +
  'tried every few milliseconds at another server where servers share sessions. An arrow: it worked for as long as it was tried.'

const guestHow =
  'Of an application of yours, in the same way. Sign in elsewhere: its owner signed in with another browser, and may keep both. ' +
  'Sign in: the cookie was planted before its owner signed in, and must be worth nothing since.'

export function showLifetimes(title: string, rows: readonly Theft[], how: string): Markup {
  if (rows.length === 0) return nothing
  const acts = [...new Set(rows.map(({ act }) => act))].map(name => ({ name, title: titleOf(name) }))
  const contenders = new Set(rows.map(({ contender }) => contender))
  const gaps =
    rows.length < acts.length * contenders.size ? ' Where there is nothing, it was not measured.' : ''
  const noted = rows.filter(({ note }) => note !== '')
  const living = Map.groupBy(noted.filter(isLifetime), ({ note }) => note)
  const notes = [
    ...[...living].map(
      ([note, own]) =>
        `A copy that lives is ${note}: ${[...new Set(own.map(({ contender }) => contender))].join(', ')}`,
    ),
    ...noted
      .filter(row => !isLifetime(row))
      .map(({ contender, act, note }) => `${contender}, ${act.replaceAll('-', ' ')}: ${note}`),
  ]
  return html`${showChart(drawLifetimes(`${title}, of each contender after each act`, rows, acts), how + gaps, title, rows)}
${showNotes(notes)}`
}

const isLifetime = ({ worksForMs, note }: Theft) => worksForMs === null && note.startsWith('good for')
