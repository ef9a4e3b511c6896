import type { Restart } from './results.ts'
import { type Column, count, formatTable, wrap } from './table.ts'

type Faults = Readonly<Record<string, { readonly title: string; readonly about: string }>>

/** Of clients that come back by themselves: a column for each fault, with who is back, and how soon the last was. */
export function formatReturns(who: string, rows: readonly Restart[], faults: Faults, about: string): string {
  const met = Object.entries(faults).filter(([fault]) => rows.some(row => row.fault === fault))
  const contenders = [...new Set(rows.map(({ contender }) => contender))]
  const clients = count(rows[0]?.clients ?? 0)
  const table = formatTable(`Who is back in their session, and how soon?  (${clients} ${who})`, contenders, [
    { title: 'contender', cell: contender => contender, align: 'left' },
    ...met.map(
      ([fault, { title }]): Column<string> => ({
        title,
        cell: contender => formatReturn(rows.find(row => row.contender === contender && row.fault === fault)),
      }),
    ),
  ])
  const legend = met.map(([, { title, about }]) => wrap(`${title}: ${about}.`))
  const common = rows.length > 1 ? notesOf(rows[0] as Restart).filter(note => rows.every(isNoted(note))) : []
  const notes = rows
    .map(row => ({ row, rest: notesOf(row).filter(note => !common.includes(note)) }))
    .filter(({ rest }) => rest.length > 0)
    .map(({ row, rest }) => wrap(`${row.contender}, ${row.fault}: ${rest.join('; ')}.`))
  const all = common.length > 0 ? [wrap(`All: ${common.join('; ')}.`)] : []
  return [table, ...legend, wrap(about), ...all, ...notes].join('')
}

function notesOf({ stillSignedIn, acknowledgedWritesLost, wrongUser, note }: Restart): string[] {
  return [
    ...(stillSignedIn > 0 && acknowledgedWritesLost > 0
      ? [`${count(acknowledgedWritesLost)} acknowledged writes are lost`]
      : []),
    ...(wrongUser > 0 ? [`${count(wrongUser)} ANSWERS NAMED ANOTHER USER`] : []),
    ...(note === '' ? [] : note.split('; ')),
  ]
}

const isNoted = (note: string) => (row: Restart) => notesOf(row).includes(note)

/** Down, never up: one client who is lost must not read as 100 %. */
export const percentBack = ({ stillSignedIn, clients }: Restart) =>
  `${Math.floor((1000 * stillSignedIn) / clients) / 10} %`

function formatReturn(row: Restart | undefined): string {
  if (row === undefined) return '–'
  const { allBackMs = null } = row
  return allBackMs === null ? percentBack(row) : `${percentBack(row)} ${(allBackMs / 1000).toFixed(1)} s`
}
