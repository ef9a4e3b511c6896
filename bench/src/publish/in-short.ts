import { answersOf } from '../answers.ts'
import { groupContenders } from '../html/places.ts'
import type { Reported } from '../html/reported.ts'
import { labelOf } from './labels.ts'
import { markdownTable } from './markdown.ts'

/** In a line for each contender, what you get and what you pay: ours beside what people run. */
export function writeInShort(results: Reported): string {
  const answers = answersOf(results)
  if (answers.size === 0) return ''
  const order = [...groupContenders([...answers.keys()].map(contender => ({ contender }))).values()].flat()
  const tell = (what: 'get' | 'pay') => (contender: string) =>
    (answers.get(contender)?.[what] ?? []).map(({ text }) => text).join('; ')
  return markdownTable(order, [
    { title: '', cell: labelOf, align: 'left' },
    { title: 'what you get', cell: tell('get'), align: 'left' },
    { title: 'what you pay, in CPU time above no sessions', cell: tell('pay'), align: 'left' },
  ])
}
