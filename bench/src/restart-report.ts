import { type FaultName, faultNames, faults } from './faults.ts'
import type { Restart } from './results.ts'
import { percentBack } from './return-report.ts'
import { type Column, count, formatTable, wrap } from './table.ts'

/** A table for what befalls the server, and one for what befalls the store. */
export const formatRestart = (rows: readonly Restart[]): string[] =>
  (['server', 'store'] as const).flatMap(victim => {
    const suffered = rows.filter(({ fault }) => faults[fault as FaultName].of === victim)
    return suffered.length > 0 ? [formatFaults(victim, suffered)] : []
  })

/** A column for each fault: who is still signed in, and after how long the first was; then what went wrong. */
function formatFaults(victim: 'server' | 'store', rows: readonly Restart[]): string {
  const clients = count(rows[0]?.clients ?? 0)
  const faultsMet = faultNames.filter(fault => rows.some(row => row.fault === fault))
  const contenders = [...new Set(rows.map(({ contender }) => contender))]
  const table = formatTable(
    `Who is still signed in after a fault of the ${victim}?  (${clients} clients; from 1 s on, how soon)`,
    contenders,
    [
      { title: 'contender', cell: contender => contender, align: 'left' },
      ...faultsMet.map(
        (fault): Column<string> => ({
          title: faults[fault].title,
          cell: contender =>
            formatSurvival(rows.find(row => row.contender === contender && row.fault === fault)),
        }),
      ),
    ],
  )
  const legend = faultsMet.map(fault => wrap(`${faults[fault].title}: ${faults[fault].about}.`))
  const notes = rows
    .map(row => ({ row, note: describeLosses(row) }))
    .filter(({ note }) => note !== '')
    .map(({ row, note }) => wrap(`${row.contender}, ${row.fault}: ${note}.`))
  return [table, ...legend, ...notes].join('')
}

function formatSurvival(row: Restart | undefined): string {
  if (row === undefined) return '–'
  const { firstSuccessMs } = row
  const isSlow = firstSuccessMs !== null && firstSuccessMs >= 1000
  return isSlow ? `${percent(row)} ${(firstSuccessMs / 1000).toFixed(1)} s` : percent(row)
}

function describeLosses({ stillSignedIn, acknowledgedWritesLost, wrongUser, note }: Restart): string {
  const lost = stillSignedIn > 0 && acknowledgedWritesLost > 0
  return [
    ...(lost ? [`${count(acknowledgedWritesLost)} acknowledged writes are lost`] : []),
    ...(wrongUser > 0 ? [`${count(wrongUser)} ANSWERS NAMED ANOTHER USER`] : []),
    ...(note === '' ? [] : [note]),
  ].join('; ')
}

export const percent = percentBack
