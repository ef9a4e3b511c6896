import { type FaultName, faults } from '../faults.ts'
import type { Reported } from '../html/reported.ts'
import { isThroughResgate } from '../resgate/contenders.ts'
import { resgateFaults } from '../resgate/faults.ts'
import type { Restart } from '../results.ts'
import { percentBack } from '../return-report.ts'
import { isOnSockets } from '../sockets/contenders.ts'
import { socketFaults } from '../sockets/faults.ts'
import { type Column, count } from '../table.ts'
import { labelOf } from './labels.ts'
import { blocks, bullets, markdownTable, seconds, unique } from './markdown.ts'

type Faults = Readonly<Record<string, { readonly title: string; readonly about: string }>>

/** What befalls the server, or the store, of clients on HTTP. */
export function writeFaults({ restart }: Reported, victim: 'server' | 'store'): string {
  const rows = restart.filter(
    row =>
      !isOnSockets(row) &&
      !isThroughResgate(row) &&
      (faults[row.fault as FaultName]?.of === 'store') === (victim === 'store'),
  )
  return writeMatrix(rows, faults)
}

export const writeSocketFaults = ({ restart }: Reported) =>
  writeMatrix(restart.filter(isOnSockets), socketFaults)

export const writeResgateFaults = ({ restart }: Reported) =>
  writeMatrix(restart.filter(isThroughResgate), resgateFaults)

/** A column for each fault; then what each is, and what went wrong. */
function writeMatrix(rows: readonly Restart[], known: Faults): string {
  const [first] = rows
  if (first === undefined) return ''
  const met = Object.entries(known).filter(([fault]) => rows.some(row => row.fault === fault))
  const table = markdownTable(unique(rows.map(({ contender }) => contender)), [
    { title: `of ${count(first.clients)} clients`, cell: labelOf, align: 'left' },
    ...met.map(
      ([fault, { title }]): Column<string> => ({
        title,
        cell: contender =>
          formatOutcome(rows.find(row => row.contender === contender && row.fault === fault)),
      }),
    ),
  ])
  const terms = met.map(([fault, { title, about }]) => {
    const notes = describeNotes(rows.filter(row => row.fault === fault))
    return `${title}: ${about}.${notes === '' ? '' : ` ${notes}.`}`
  })
  return blocks(table, bullets(terms))
}

/** Who is still signed in; and when the last was back, or from one second on the first. */
function formatOutcome(row: Restart | undefined): string {
  if (row === undefined) return '–'
  const { firstSuccessMs, allBackMs } = row
  const ms = allBackMs === undefined ? (firstSuccessMs ?? 0) : allBackMs
  const isTold = ms !== null && (allBackMs !== undefined || ms >= 1000)
  return isTold ? `${percentBack(row)} after ${seconds(ms)}` : percentBack(row)
}

/** What was met by all, then by each. */
function describeNotes(rows: readonly Restart[]): string {
  const noted = rows.map(row => ({ contender: row.contender, notes: notesOf(row) }))
  const common = rows.length > 1 ? (noted[0]?.notes ?? []).filter(note => noted.every(has(note))) : []
  const own = noted
    .map(({ contender, notes }) => ({ contender, notes: notes.filter(note => !common.includes(note)) }))
    .filter(({ notes }) => notes.length > 0)
    .map(({ contender, notes }) => `${labelOf(contender)}: ${notes.join(', ')}`)
  return [...(common.length > 0 ? [`All: ${common.join(', ')}`] : []), ...own].join('; ')
}

const has = (note: string) => (row: { readonly notes: readonly string[] }) => row.notes.includes(note)

function notesOf({ stillSignedIn, acknowledgedWritesLost, wrongUser, note }: Restart): string[] {
  return [
    ...(stillSignedIn > 0 && acknowledgedWritesLost > 0
      ? [`${count(acknowledgedWritesLost)} acknowledged writes are lost`]
      : []),
    ...(wrongUser > 0 ? [`**${count(wrongUser)} answers named another user**`] : []),
    ...(note === '' ? [] : note.split('; ')),
  ]
}
