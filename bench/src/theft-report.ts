import type { Theft } from './results.ts'
import { storeCopyAct } from './store-theft.ts'
import { type Column, formatTable, wrap } from './table.ts'
import { actNames, acts } from './theft.ts'

const titles = new Map<string, string>([
  ...actNames.map((act): [string, string] => [act, acts[act].title]),
  [storeCopyAct, 'store copy'],
])

/** A column for each act of the owner, and one for a copy of the store; then how long a copy lives that nothing ended. */
export function formatTheft(rows: readonly Theft[]): string {
  const contenders = [...new Set(rows.map(({ contender }) => contender))]
  const table = formatTable('How long does a copied cookie work once its owner has acted?', contenders, [
    { title: 'contender', cell: contender => contender, align: 'left' },
    ...[...titles]
      .filter(([act]) => rows.some(row => row.act === act))
      .map(
        ([act, title]): Column<string> => ({
          title,
          cell: contender => formatWorks(rows.find(row => row.contender === contender && row.act === act)),
        }),
      ),
  ])
  const legend = wrap(
    'The longest of five copies, each tried at another server, where servers share sessions. lives: as long as it would ' +
      'without the theft. everywhere: sign-out of all browsers; new password: it ends all other sessions. Both are asked for ' +
      'in another browser than that whose cookie was copied; who changed the password stays signed in there. cannot: there ' +
      'is no way to end other sessions, only that browser was signed out, or in anew. next use: the owner writes something. ' +
      'store copy: not the cookie was copied, but the whole store, without the secrets of the server; –: there is no store to ' +
      'copy, the session is in the cookie itself, or in the memory of the server.',
  )
  const lifetimes = Map.groupBy(
    rows.filter(({ note }) => note !== ''),
    ({ note }) => note,
  )
  const notes = [...lifetimes].map(([note, own]) =>
    wrap(`A copy that lives is ${note}: ${[...new Set(own.map(({ contender }) => contender))].join(', ')}.`),
  )
  return [table, legend, ...notes].join('')
}

function formatWorks(row: Theft | undefined): string {
  if (row === undefined) return '–'
  const { worksForMs, isOffered } = row
  if (worksForMs === null) return isOffered ? 'lives' : 'lives (cannot)'
  return worksForMs === 0 ? 'not at all' : `${worksForMs.toFixed(1)} ms`
}
