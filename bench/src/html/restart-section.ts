import { type FaultName, faults } from '../faults.ts'
import type { Restart } from '../results.ts'
import { percentBack } from '../return-report.ts'
import { count, duration } from './figures.ts'
import { html, type Markup, nothing } from './markup.ts'
import { type Cell, drawMatrix } from './matrix.ts'
import { type Section, showChart, showNotes, showTerms, titleOf } from './section.ts'

type Faults = Readonly<Record<string, { readonly about: string }>>

export function showRestart(rows: readonly Restart[]): Section[] {
  if (rows.length === 0) return []
  const ofStore = rows.filter(({ fault }) => faults[fault as FaultName]?.of === 'store')
  const ofGuest = rows.filter(({ fault }) => fault === 'restart')
  const ofServer = rows.filter(row => !ofStore.includes(row) && !ofGuest.includes(row))
  return [
    {
      id: 'faults',
      title: 'Who is still signed in after a fault?',
      content: html`
${showFaults('When the server fails, or changes', ofServer, faults, 'answered')}
${showFaults('When the store fails', ofStore, faults, 'answered')}
${showFaults('When yours is restarted', ofGuest, faults, 'answered')}
${showNotes(ofGuest.flatMap(({ contender, note }) => (note === '' ? [] : [`${contender}: ${note}`])))}`,
    },
  ]
}

/** The time is of the first who was `answered`, from one second on, or of the last who was `back`. */
export function showFaults(
  title: string,
  rows: readonly Restart[],
  known: Faults,
  timed: 'answered' | 'back',
): Markup {
  if (rows.length === 0) return nothing
  const met = [...new Set([...Object.keys(known), ...rows.map(({ fault }) => fault)])].filter(fault =>
    rows.some(row => row.fault === fault),
  )
  const terms = met.map(name => ({ name, title: titleOf(name), about: known[name]?.about ?? '' }))
  const chart = drawMatrix(
    `${title}: who is still signed in, of each contender after each fault`,
    rows,
    terms,
    (contender, fault) =>
      describeCell(
        rows.find(row => row.contender === contender && row.fault === fault),
        timed,
      ),
  )
  const contenders = new Set(rows.map(({ contender }) => contender))
  const hasGaps = rows.length < met.length * contenders.size
  const how = `${clientsOf(rows)} signed in; then something was broken, and each asked again. ${
    timed === 'answered'
      ? 'A time is that to the first answer that knew its client, where it was a second or more.'
      : 'The time is that until the last was back, from when they could be answered again.'
  }${hasGaps ? ' –: not measured, as there is nothing to break.' : ''}`
  const wrong = rows.reduce((sum, { wrongUser }) => sum + wrongUser, 0)
  return html`<h3>${title}</h3>
${wrong > 0 ? html`<p class="alarm">${count(wrong)} answers named the wrong user: see the framed cells.</p>` : ''}
${showChart(chart, how, title, rows)}
${showTerms(
  'What was broken',
  terms.filter(({ about }) => about !== ''),
)}
${showNotes(rows.flatMap(describeLosses))}`
}

function clientsOf(rows: readonly Restart[]): string {
  const numbers = rows.map(({ clients }) => clients)
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)]
  return least === most ? `${count(most)} clients` : `${count(least)} to ${count(most)} clients`
}

function describeCell(row: Restart | undefined, timed: 'answered' | 'back'): Cell {
  if (row === undefined) return { text: '–', tone: 'unknown', isAlarming: false }
  // An application that always answered may not have been restarted at all.
  if ('awayMs' in row && row.awayMs === 0 && row.wrongUser === 0)
    return { text: 'not known', tone: 'unknown', isAlarming: false }
  const { stillSignedIn, clients, wrongUser, firstSuccessMs, allBackMs = null } = row
  const ms =
    timed === 'back' ? allBackMs : firstSuccessMs !== null && firstSuccessMs >= 1000 ? firstSuccessMs : null
  const share = stillSignedIn === clients ? 'all' : stillSignedIn === 0 ? 'nobody' : percentBack(row)
  return {
    text: wrongUser > 0 ? `⚠ ${count(wrongUser)} wrong` : ms === null ? share : `${share}, ${duration(ms)}`,
    tone: wrongUser > 0 ? 'nobody' : toneOf(stillSignedIn / clients),
    isAlarming: wrongUser > 0,
  }
}

function toneOf(share: number): Cell['tone'] {
  if (share === 1) return 'all'
  if (share === 0) return 'nobody'
  return share < 0.95 ? 'some' : 'most'
}

function describeLosses({
  contender,
  fault,
  stillSignedIn,
  acknowledgedWritesLost,
  wrongUser,
  reuses,
}: Restart) {
  const losses = [
    ...(wrongUser > 0 ? [`${count(wrongUser)} answers named another user`] : []),
    ...(stillSignedIn > 0 && acknowledgedWritesLost > 0
      ? [`${count(acknowledgedWritesLost)} acknowledged writes are lost`]
      : []),
    ...(reuses ? [`${count(reuses)} times an honest client was taken for a thief`] : []),
  ]
  return losses.length === 0 ? [] : [`${contender}, ${fault}: ${losses.join('; ')}`]
}
