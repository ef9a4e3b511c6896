import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemReturn } from 'echarts'
import { axisStyle, drawChart, ink, logRange, muted, type Width, widths } from './chart.ts'
import type { Markup } from './markup.ts'
import { gridAt, type Place, titleAt } from './panels.ts'
import { groupContenders, placeOf } from './places.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Curve {
  readonly contender: string
  readonly points: readonly Point[]
}

export interface Axis {
  readonly scale: 'log' | 'value'
  readonly name: string
  readonly format: (value: number) => string
}

const panelHeight = 236
const headHeight = 44
const footHeight = 58
const labelWidth = 176
const axisWidth = 52
const symbols = ['circle', 'rect', 'triangle', 'diamond']

/** A panel for each kind, all on the same scales, with the limit in each. Names stand at the ends of the curves. */
export function drawCurves(label: string, curves: readonly Curve[], x: Axis, y: Axis): Markup {
  const limits = curves.filter(({ contender }) => placeOf(contender).side === 'limit')
  const rest = curves.filter(curve => !limits.includes(curve))
  const panels = [...groupContenders(rest)].map(([kind, contenders]) => ({
    kind,
    curves: [...limits, ...contenders.flatMap(name => rest.filter(({ contender }) => contender === name))],
  }))
  const ranges = {
    x: rangeOf(curves, 'x', x.scale),
    y: rangeOf(curves, 'y', y.scale),
  }
  return drawChart(label, width => {
    const perRow = width === 'wide' && panels.length > 1 ? 2 : 1
    const panelWidth = perRow === 2 ? widths.wide / 2 : Math.min(widths[width], 560)
    const places = panels.map((_, index) => ({
      left: (index % perRow) * panelWidth,
      top: Math.floor(index / perRow) * panelHeight,
    }))
    return {
      height: Math.ceil(panels.length / perRow) * panelHeight,
      option: {
        title: panels.map(({ kind }, index) => titleAt(kind, places[index] as Place, y.name)),
        grid: places.map(({ left, top }) =>
          gridAt(
            { left: left + axisWidth, top: top + headHeight },
            panelWidth - axisWidth - labelWidth,
            panelHeight - headHeight - footHeight,
          ),
        ),
        xAxis: panels.map((_, gridIndex) => ({
          ...axisOf(x, ranges.x, gridIndex, width),
          name: x.name,
          nameLocation: 'middle',
          nameGap: 26,
          nameTextStyle: { color: muted, fontSize: 11 },
          splitLine: { show: false },
        })),
        yAxis: panels.map((_, gridIndex) => axisOf(y, ranges.y, gridIndex, width)),
        series: panels.flatMap(({ curves }, index) => [
          ...curves.map(({ contender, points }) => drawCurve(contender, points, index, curves)),
          drawLabels(curves, index),
        ]),
      },
    }
  })
}

function axisOf({ scale, format }: Axis, range: { readonly min: number }, gridIndex: number, width: Width) {
  return {
    ...axisStyle,
    ...range,
    gridIndex,
    type: scale,
    axisLabel: {
      ...axisStyle.axisLabel,
      alignMinLabel: null,
      showMinLabel: scale === 'value' || isPowerOfTen(range.min),
      formatter: format,
    },
    splitNumber: width === 'wide' ? 4 : 3,
  }
}

const isPowerOfTen = (value: number) => Number.isInteger(Math.log10(value))

/** A linear scale begins at nought. */
function rangeOf(curves: readonly Curve[], member: 'x' | 'y', scale: Axis['scale']) {
  const values = curves.flatMap(({ points }) => points.map(point => point[member]))
  return scale === 'log' ? logRange(values) : { min: Math.min(0, ...values), max: Math.max(...values) }
}

function drawCurve(contender: string, points: readonly Point[], index: number, beside: readonly Curve[]) {
  const { colour, symbol, dash } = looksOf(contender, beside)
  return {
    type: 'line',
    name: contender,
    silent: true,
    xAxisIndex: index,
    yAxisIndex: index,
    symbol,
    symbolSize: 6,
    itemStyle: { color: colour },
    lineStyle: { color: colour, width: 2, type: dash },
    data: points.map(({ x, y }) => [x, y]),
  }
}

/** Which of its side in the panel it is, tells it from the others: by shade, and by symbol. */
function looksOf(contender: string, beside: readonly Curve[]) {
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

/** Beside the ends of the curves, in their order, so far apart that they can be read; each with a piece of its curve. */
function drawLabels(curves: readonly Curve[], index: number) {
  const ends = curves.map(({ contender, points }) => ({ contender, ...(points.at(-1) as Point) }))
  return {
    type: 'custom',
    silent: true,
    xAxisIndex: index,
    yAxisIndex: index,
    data: [[ends[0]?.x, ends[0]?.y]],
    renderItem(_: unknown, api: CustomSeriesRenderItemAPI): CustomSeriesRenderItemReturn {
      const placed = ends.map(({ contender, x, y }) => ({
        contender,
        at: api.coord([x, y]) as [number, number],
      }))
      const left = Math.max(...placed.map(({ at: [x] }) => x)) + 10
      let lowest = Number.NEGATIVE_INFINITY
      const children = placed
        .toSorted((a, b) => a.at[1] - b.at[1])
        .flatMap(({ contender, at: [, end] }) => {
          lowest = Math.max(end, lowest + 14)
          return drawLabel(contender, left, lowest, looksOf(contender, curves))
        })
      return { type: 'group', children }
    },
  }
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
