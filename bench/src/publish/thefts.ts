import type { Reported } from '../html/reported.ts'
import type { Theft } from '../results.ts'
import { isOnSockets } from '../sockets/contenders.ts'
import { socketActNames, socketActs } from '../sockets/theft.ts'
import type { Column } from '../table.ts'
import { acts } from '../theft.ts'
import { labelOf } from './labels.ts'
import { blocks, bullets, markdownTable, unique } from './markdown.ts'

/** How long a copied cookie works once its owner has acted, and a copy of the store. */
export function writeThefts({ theft }: Reported): string {
  const rows = theft.filter(row => !isOnSockets(row))
  if (rows.length === 0) return ''
  return markdownTable(contendersOf(rows), [
    { title: '', cell: labelOf, align: 'left' },
    ...unique(rows.map(({ act }) => act)).map(
      (act): Column<string> => ({ title: titleOf(act), cell: worksIn(rows, act) }),
    ),
    {
      title: 'a copy that lives is',
      cell: contender => rows.find(row => row.contender === contender && row.note !== '')?.note ?? '',
      align: 'left',
    },
  ])
}

/** How long a copied key works, and a copy of the store. */
export function writeSocketThefts({ theft }: Reported): string {
  const rows = theft.filter(isOnSockets)
  if (rows.length === 0) return ''
  const notes = rows
    .filter(({ note }) => note !== '')
    .map(({ contender, act, note }) => `${labelOf(contender)}, ${act.replaceAll('-', ' ')}: ${note}.`)
  return blocks(
    markdownTable(contendersOf(rows), [
      { title: '', cell: labelOf, align: 'left' },
      ...socketActNames.map(
        (act): Column<string> => ({ title: socketActs[act].title, cell: worksIn(rows, act) }),
      ),
    ]),
    bullets([...socketActNames.map(act => `${socketActs[act].title}: ${socketActs[act].about}.`), ...notes]),
  )
}

const titleOf = (act: string) => acts[act as keyof typeof acts]?.title ?? act.replaceAll('-', ' ')

const contendersOf = (rows: readonly Theft[]) => unique(rows.map(({ contender }) => contender))

const worksIn = (rows: readonly Theft[], act: string) => (contender: string) => {
  const row = rows.find(row => row.contender === contender && row.act === act)
  if (row === undefined) return '–'
  const { worksForMs, isOffered } = row
  if (worksForMs === null) return isOffered ? 'lives' : 'lives (cannot)'
  return worksForMs === 0 ? 'not at all' : `${Math.ceil(worksForMs)} ms`
}
