import type { Curve } from './curves.ts'
import { placeOf } from './places.ts'

const symbols = ['circle', 'rect', 'triangle', 'diamond']

/** Which of its side in the panel it is, tells it from the others: by shade, and by symbol. */
export function looksOf(contender: string, beside: readonly Curve[]) {
  const { side } = placeOf(contender)
  const rank = beside
    .filter(curve => placeOf(curve.contender).side === side)
    .findIndex(curve => curve.contender === contender)
  const shade = rank % 3 === 0 ? '' : `-${(rank % 3) + 1}`
  return {
    colour: `var(--${side}${side === 'limit' || side === 'guest' ? '' : shade})`,
    symbol: side === 'limit' ? 'none' : (symbols[rank % symbols.length] ?? 'circle'),
    dash: side === 'ours' ? 'solid' : 'dashed',
  }
}
