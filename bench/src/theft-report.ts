import type { Theft } from './results.ts'
import { type Column, formatTable, wrap } from './table.ts'
import { actNames, acts } from './theft.ts'

/** A column for each act of the owner; then how long a copy lives that nothing ended. */
export function formatTheft(rows: readonly Theft[]): string {
  const contenders = [...new Set(rows.map(({ contender }) => contender))]
  const table = formatTable('How long does a copied cookie work once its owner has acted?', contenders, [
    { title: 'contender', cell: contender => contender, align: 'left' },
    ...actNames.map(
      (act): Column<string> => ({
        title: acts[act].title,
        cell: contender => formatWorks(rows.find(row => row.contender === contender && row.act === act)),
      }),
    ),
  ])
  const legend = wrap(
    'The longest of five copies, each tried at another server, where servers share sessions. everywhere: sign-out of ' +
      'all browsers; new password: it ends all other sessions. Both are asked for in another browser than that whose ' +
      'cookie was copied; who changed the password stays signed in there. cannot: there is no way to end other ' +
      'sessions, only that browser was signed out, or in anew.',
  )
  const notes = contenders.flatMap(contender => {
    const note = rows.find(row => row.contender === contender && row.note !== '')?.note
    return note === undefined ? [] : [wrap(`${contender}: a copy that lives is ${note}.`)]
  })
  return [table, legend, ...notes].join('')
}

function formatWorks(row: Theft | undefined): string {
  if (row === undefined) return '–'
  const { worksForMs, isOffered } = row
  if (worksForMs === null) return isOffered ? 'as long as it lives' : 'lives (cannot)'
  return worksForMs === 0 ? 'not at all' : `${worksForMs.toFixed(1)} ms`
}
