import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemReturn } from 'echarts'
import type { Spread } from '../results.ts'
import { axisStyle, drawChart, ink, type Width } from './chart.ts'
import { compact } from './figures.ts'
import type { Markup } from './markup.ts'
import { layOutPanels } from './panels.ts'
import { colourOf, type Line } from './rows.ts'

export interface Panel {
  readonly title: string
  readonly format: (value: number) => string
  /** Nothing, if it was not measured. A panel of which nothing was is left out. */
  spreadOf(contender: string): Spread | null | undefined
}

const labelWidth = 64

/** A bar for each contender, as long as the median, with a whisker from the least to the most; a panel for each measure. */
export function drawBars(
  label: string,
  rows: readonly { readonly contender: string }[],
  measures: readonly Panel[],
): Markup {
  const panels = measures.filter(({ spreadOf }) => rows.some(({ contender }) => spreadOf(contender)))
  return drawChart(label, width => {
    const titles = panels.map(({ title }) => title)
    const { lines, height, names, ...layout } = layOutPanels(rows, titles, width, labelWidth)
    return {
      height,
      option: {
        ...layout,
        xAxis: panels.map((_, gridIndex) => ({
          ...axisStyle,
          axisLabel: { ...axisStyle.axisLabel, formatter: compact },
          gridIndex,
          type: 'value',
          position: 'top',
          splitNumber: panels.length > 2 ? 2 : 4,
        })),
        series: [...names, ...panels.map((panel, index) => drawPanel(panel, index, lines.contenders, width))],
      },
    }
  })
}

function drawPanel({ spreadOf, format }: Panel, index: number, lines: readonly Line[], width: Width) {
  const bars = lines.flatMap(line => {
    const spread = spreadOf(line.text)
    return spread ? [{ line, spread }] : []
  })
  const thickness = width === 'wide' ? 13 : 14
  return {
    type: 'custom',
    silent: true,
    xAxisIndex: index,
    yAxisIndex: index,
    encode: { x: [0, 1, 2], y: 3 },
    data: bars.map(({ line, spread }) => [spread.median, spread.min, spread.max, line.middle]),
    renderItem(
      { dataIndex }: { dataIndex: number },
      api: CustomSeriesRenderItemAPI,
    ): CustomSeriesRenderItemReturn {
      const { line, spread } = bars[dataIndex] as (typeof bars)[number]
      const at = (value: number) => api.coord([value, line.middle])[0] as number
      const y = api.coord([0, line.middle])[1] as number
      const [zero, end] = [at(0), at(spread.median)]
      return {
        type: 'group',
        children: [
          {
            type: 'rect',
            shape: {
              x: Math.min(zero, end),
              y: y - thickness / 2,
              width: Math.abs(end - zero),
              height: thickness,
            },
            style: { fill: colourOf(line.text) },
          },
          ...(spread.min < spread.max ? drawWhisker(at(spread.min), at(spread.max), y) : []),
          {
            type: 'text',
            x: Math.max(zero, end, at(spread.max)) + 6,
            y,
            style: { text: format(spread.median), fill: ink, fontSize: 12, verticalAlign: 'middle' },
          },
        ],
      }
    },
  }
}

const drawWhisker = (from: number, to: number, y: number) =>
  [
    { x1: from, y1: y, x2: to, y2: y },
    { x1: from, y1: y - 4, x2: from, y2: y + 4 },
    { x1: to, y1: y - 4, x2: to, y2: y + 4 },
  ].map(shape => ({
    type: 'line' as const,
    shape,
    style: { stroke: 'var(--whisker)', lineWidth: 1.5 },
  }))
