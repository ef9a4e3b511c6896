import type { Reported } from '../html/reported.ts'
import type { NotRun, Throughput } from '../results.ts'
import { type Column, count } from '../table.ts'
import { emphasise, labelOf } from './labels.ts'
import { blocks, bullets, markdownTable, micros, unique } from './markdown.ts'

const usualConcurrency = 32

/** Of one scenario, as all are measured: with the usual number of connections, by size of session data. */
function rowsOf({ throughput }: Reported, scenario: string): Throughput[] {
  const rows = throughput.filter(row => row.scenario === scenario)
  const numbers = rows.map(({ concurrency }) => concurrency)
  const usual = numbers.includes(usualConcurrency) ? usualConcurrency : Math.min(...numbers)
  return rows.filter(({ concurrency }) => concurrency === usual)
}

/** The same, of the smallest sessions. */
function smallest(results: Reported, scenario: string): Throughput[] {
  const rows = rowsOf(results, scenario)
  const bytes = Math.min(...rows.map(({ sessionBytes }) => sessionBytes))
  return rows.filter(({ sessionBytes }) => sessionBytes === bytes)
}

export const name = <Row extends { readonly contender: string }>(): Column<Row> => ({
  title: '',
  cell: ({ contender }) => labelOf(contender),
  align: 'left',
})

export const overhead = (row: Throughput | undefined) =>
  row === undefined || row.contender === 'none' ? '' : emphasise(row.contender, micros(row.overheadMicros))

export function writeScenario(results: Reported, scenario: string): string {
  const rows = smallest(results, scenario)
  const [first] = rows
  if (first === undefined) return ''
  const table = markdownTable(rows, [
    name(),
    { title: 'requests/s', cell: row => count(row.rps.median) },
    { title: 'of no sessions', cell: row => row.ratioToNone.median.toFixed(2) },
    { title: 'CPU per request', cell: row => micros(row.cpuMicros) },
    { title: 'above no sessions', cell: overhead },
    { title: 'min–max', cell: formatRange },
    ...storeColumns.filter(({ cell }) => rows.some(row => cell(row) !== '')),
  ])
  const { concurrency, sessionBytes, rounds } = first
  return blocks(
    table,
    `\`${scenario}\`, ${concurrency} connections, ${count(sessionBytes)} B of session data, median of ${rounds} rounds.${paceOf(rows)}`,
  )
}

/** Of stores in processes of their own. */
const storeColumns: readonly Column<Throughput>[] = [
  {
    title: 'in the store',
    cell: ({ storeCpuMicros }) => (storeCpuMicros == null ? '' : `${storeCpuMicros.toFixed(1)} µs`),
  },
  { title: 'trips to the store', cell: row => row.storeRoundTrips?.toFixed(1) ?? '' },
  { title: 'bytes to and fro', cell: ({ storeBytes }) => (storeBytes == null ? '' : count(storeBytes)) },
]

/** Said where the load generator was at its limit. */
export function paceOf(rows: readonly { readonly loaderBusy: number }[]): string {
  const busy = Math.round(100 * Math.max(...rows.map(({ loaderBusy }) => loaderBusy)))
  return busy < 90
    ? ''
    : ` The load generator used up to ${busy} % of its core: the highest rates are lower bounds.`
}

const formatRange = ({ contender, rounds, overheadMicros: { min, max } }: Throughput) =>
  contender === 'none' || rounds === 1 ? '' : `${min.toFixed(1)}–${max.toFixed(1)}`

const others = {
  anonymous: 'a visitor without a session',
  'first-read': 'a first page view',
  login: 'signing in',
  mixed: 'all of these mixed',
}

/** What the other scenarios cost above no sessions. */
export function writeOthers(results: Reported): string {
  const measured = Object.entries(others).filter(([scenario]) => smallest(results, scenario).length > 0)
  const rows = measured.flatMap(([scenario]) => smallest(results, scenario))
  const contenders = unique(rows.map(({ contender }) => contender)).filter(contender => contender !== 'none')
  if (contenders.length === 0) return ''
  return markdownTable(contenders, [
    { title: '', cell: labelOf, align: 'left' },
    ...measured.map(
      ([scenario, title]): Column<string> => ({
        title,
        cell: contender =>
          overhead(rows.find(row => row.contender === contender && row.scenario === scenario)) || '–',
      }),
    ),
  ])
}

/** The bytes of the cookie, and what a page view costs, by size of session data. */
export function writeSizes(results: Reported): string {
  const reads = rowsOf(results, 'read').filter(({ contender }) => contender !== 'none')
  if (reads.length === 0) return ''
  const refused = results.notRun.filter(({ sessionBytes }) => sessionBytes !== undefined)
  const sizes = unique([...reads, ...refused].map(({ sessionBytes }) => sessionBytes as number))
  const find = (rows: readonly Throughput[], contender: string, size: number) =>
    rows.find(row => row.contender === contender && row.sessionBytes === size)
  return blocks(
    markdownTable(unique(reads.map(({ contender }) => contender)), [
      { title: '', cell: labelOf, align: 'left' },
      ...sizes.map(
        (size): Column<string> => ({
          title: `cookie at ${count(size)} B`,
          cell(contender) {
            const row = find(reads, contender, size)
            return row === undefined ? 'refused' : `${count(row.credentialBytes)} B`
          },
        }),
      ),
      ...sizes.map(
        (size): Column<string> => ({
          title: `page view at ${count(size)} B`,
          cell: contender => overhead(find(reads, contender, size)) || '–',
        }),
      ),
    ]),
    bullets(refused.map(describeNotRun)),
  )
}

export function describeNotRun({ contender, sessionBytes, during, reason }: NotRun): string {
  const size = sessionBytes === undefined ? '' : ` at ${count(sessionBytes)} B`
  const what = during === undefined ? '' : `, in ${during}`
  return `${labelOf(contender)}${size}${what}: ${reason.replace(/\.$/, '')}.`
}
