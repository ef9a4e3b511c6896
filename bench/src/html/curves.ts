import { axisStyle, drawChart, linearRange, logRange, muted, type Width, widths } from './chart.ts'
import { drawLabels } from './curve-labels.ts'
import { looksOf } from './curve-looks.ts'
import type { Markup } from './markup.ts'
import { type Corner, gridAt, titleAt } from './panels.ts'
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
    const corners = panels.map((_, index) => ({
      left: (index % perRow) * panelWidth,
      top: Math.floor(index / perRow) * panelHeight,
    }))
    return {
      height: Math.ceil(panels.length / perRow) * panelHeight,
      option: {
        title: panels.map(({ kind }, index) => titleAt(kind, corners[index] as Corner, y.name)),
        grid: corners.map(({ left, top }) =>
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

function rangeOf(curves: readonly Curve[], member: 'x' | 'y', scale: Axis['scale']) {
  const values = curves.flatMap(({ points }) => points.map(point => point[member]))
  return scale === 'log' ? logRange(values) : linearRange(values)
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
