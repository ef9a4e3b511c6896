import type {
  CustomSeriesRenderItemAPI,
  CustomSeriesRenderItemParams,
  CustomSeriesRenderItemReturn,
} from 'echarts'
import { ink, muted } from './chart.ts'
import { looksOf } from './curve-looks.ts'
import type { Curve, Point } from './curves.ts'
import { placeOf } from './places.ts'

const labelHeight = 14

/** Beside the ends of the curves, in their order, so far apart that they can be read; each with a piece of its curve. */
export function drawLabels(curves: readonly Curve[], index: number) {
  const ends = curves.map(({ contender, points }) => ({ contender, ...(points.at(-1) as Point) }))
  return {
    type: 'custom',
    silent: true,
    xAxisIndex: index,
    yAxisIndex: index,
    data: [[ends[0]?.x, ends[0]?.y]],
    renderItem(
      { coordSys }: CustomSeriesRenderItemParams,
      api: CustomSeriesRenderItemAPI,
    ): CustomSeriesRenderItemReturn {
      const placed = ends.map(({ contender, x, y }) => ({
        contender,
        at: api.coord([x, y]) as [number, number],
      }))
      const left = Math.max(...placed.map(({ at: [x] }) => x)) + 10
      const { y: top, height } = coordSys as unknown as { y: number; height: number }
      const sorted = placed.toSorted((a, b) => a.at[1] - b.at[1])
      const heights = spreadOut(
        sorted.map(({ at: [, y] }) => y),
        top + height,
      )
      const children = sorted.flatMap(({ contender }, index) =>
        drawLabel(contender, left, heights[index] ?? 0, looksOf(contender, curves)),
      )
      return { type: 'group', children }
    },
  }
}

/** So far apart that they can be read, and none below `bottom`, where the axis has its marks. */
function spreadOut(ascending: readonly number[], bottom: number): number[] {
  const down: number[] = []
  for (const y of ascending) down.push(Math.max(y, (down.at(-1) ?? Number.NEGATIVE_INFINITY) + labelHeight))
  return down.map((y, index) => Math.min(y, bottom - (down.length - 1 - index) * labelHeight))
}

function drawLabel(contender: string, x: number, y: number, { colour, dash }: ReturnType<typeof looksOf>) {
  const { side } = placeOf(contender)
  return [
    {
      type: 'line' as const,
      shape: { x1: x, y1: y, x2: x + 13, y2: y },
      style: { stroke: colour, lineWidth: 3, ...(dash === 'dashed' ? { lineDash: [3, 2] } : {}) },
    },
    {
      type: 'text' as const,
      x: x + 18,
      y,
      style: {
        text: contender,
        fill: side === 'limit' ? muted : ink,
        fontSize: 11,
        fontWeight: side === 'ours' ? 600 : 400,
        verticalAlign: 'middle' as const,
      },
    },
  ]
}
