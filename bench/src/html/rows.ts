import type { CustomSeriesRenderItemReturn } from 'echarts'
import { ink, muted, type Width, widths } from './chart.ts'
import { groupContenders, placeOf } from './places.ts'

/** A line of a chart: a contender, or the head of those of a kind. Lengths in pixels, from the first line down. */
export interface Line {
  readonly text: string
  readonly isHead: boolean
  readonly top: number
  /** Of what is drawn for the contender. */
  readonly middle: number
}

export interface Lines {
  readonly all: readonly Line[]
  readonly contenders: readonly Line[]
  readonly height: number
}

/** Where names stand beside what is drawn. On a phone they stand above it. */
export const nameWidth = { wide: 172, narrow: 0 } as const

const lineHeight = { wide: 24, narrow: 42 } as const
const headHeight = { wide: 30, narrow: 28 } as const

export function layOut(rows: readonly { readonly contender: string }[], width: Width): Lines {
  const groups = groupContenders(rows)
  const all: Line[] = []
  let top = 0
  for (const [kind, contenders] of groups) {
    const isAlone =
      groups.size === 1 || (contenders.length === 1 && placeOf(contenders[0] as string).side === 'limit')
    if (!isAlone) {
      all.push({ text: kind, isHead: true, top, middle: top + headHeight[width] - 11 })
      top += headHeight[width]
    }
    for (const text of contenders) {
      const middle = top + (width === 'wide' ? lineHeight.wide / 2 : 29)
      all.push({ text, isHead: false, top, middle })
      top += lineHeight[width]
    }
  }
  return { all, contenders: all.filter(({ isHead }) => !isHead), height: top }
}

/** Their names and heads; lines begin at `top`. */
export const drawNames = ({ all }: Lines, width: Width, top: number) => ({
  type: 'custom',
  coordinateSystem: 'none',
  silent: true,
  data: all.map((_, index) => index),
  renderItem({ dataIndex }: { dataIndex: number }): CustomSeriesRenderItemReturn {
    const line = all[dataIndex] as Line
    const isAbove = width === 'narrow' && !line.isHead
    const y = top + (isAbove ? line.top + 12 : line.middle)
    const name: CustomSeriesRenderItemReturn = {
      type: 'text',
      x: 0,
      y,
      style: {
        text: line.text,
        fill: line.isHead ? muted : ink,
        fontSize: line.isHead ? 11 : 12,
        fontWeight: !line.isHead && placeOf(line.text).side === 'ours' ? 600 : 400,
        verticalAlign: 'middle',
      },
    }
    if (!line.isHead) return name
    const ruleY = Math.round(y - 13) + 0.5
    return {
      type: 'group',
      children: [
        {
          type: 'line',
          shape: { x1: 0, x2: widths[width], y1: ruleY, y2: ruleY },
          style: { stroke: 'var(--grid)' },
        },
        name,
      ],
    }
  },
})

/** In the units of pixels, downwards, as lines are laid out. */
export const lineAxis = (gridIndex: number, height: number) => ({
  gridIndex,
  type: 'value',
  min: 0,
  max: height,
  inverse: true,
  show: false,
})

export const colourOf = (contender: string): string => `var(--${placeOf(contender).side})`
