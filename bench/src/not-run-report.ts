import { styleText } from 'node:util'
import type { NotRun } from './results.ts'
import { count, wrap } from './table.ts'

/** Who is missing, and why; those whose answers were wrong come last, and loudly. */
export function formatNotRun(rows: readonly NotRun[]): string[] {
  const isFailure = (row: NotRun) => row.isFailure === true
  const failed = rows.filter(isFailure)
  const told = failed.length === 1 ? '1 row is' : `${failed.length} rows are`
  return [
    ...rows.filter(row => !isFailure(row)).map(row => formatRow('NOT RUN', row)),
    ...failed.map(row => loud(formatRow('FAILED', row))),
    ...(failed.length > 0
      ? [loud(wrap(`${told} missing from the tables: an answer was wrong, or the measuring failed.`))]
      : []),
  ]
}

const loud = (text: string) => styleText(['bold', 'red'], text, { stream: process.stdout })

function formatRow(head: string, { contender, sessionBytes, during, reason, log = [] }: NotRun): string {
  const what = [
    contender,
    ...(sessionBytes === undefined ? [] : [`${count(sessionBytes)} B`]),
    ...(during === undefined ? [] : [during]),
  ]
  const lines = log.map(line => `      | ${line}`.slice(0, 98))
  return wrap(`${head}  ${what.join(', ')}: ${reason}`) + lines.map(line => `${line}\n`).join('')
}
