import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemReturn } from 'echarts'
import type { Theft } from '../results.ts'
import { axisStyle, drawChart, ink, muted } from './chart.ts'
import { duration } from './figures.ts'
import type { Markup } from './markup.ts'
import { layOutPanels } from './panels.ts'
import type { Lines } from './rows.ts'

interface Act {
  readonly name: string
  readonly title: string
}

const leastMs = 1
/** Beyond what is tried, so that a copy that lives on is longer than any that ended. */
const endMs = 30_000

/** How long copies work, from a millisecond on a scale of powers of ten; one that nothing ended has an open end. */
export function drawLifetimes(label: string, rows: readonly Theft[], acts: readonly Act[]): Markup {
  return drawChart(label, width => {
    const titles = acts.map(({ title }) => title)
    const { lines, height, names, ...layout } = layOutPanels(rows, titles, width, 2)
    return {
      height,
      option: {
        ...layout,
        xAxis: acts.map((_, gridIndex) => ({
          ...axisStyle,
          gridIndex,
          type: 'log',
          min: leastMs,
          max: endMs,
          position: 'top',
          axisLabel: { ...axisStyle.axisLabel, formatter: formatTick },
        })),
        series: [...names, ...acts.map(({ name }, index) => drawAct(name, index, rows, lines))],
      },
    }
  })
}

const formatTick = (ms: number) => (ms < 1000 ? `${ms} ms` : ms > 10_000 ? '' : `${ms / 1000} s`)

function drawAct(name: string, index: number, rows: readonly Theft[], { contenders }: Lines) {
  const bars = contenders.flatMap(({ text, middle }) => {
    const row = rows.find(({ contender, act }) => contender === text && act === name)
    return row === undefined ? [] : [{ row, middle }]
  })
  return {
    type: 'custom',
    silent: true,
    xAxisIndex: index,
    yAxisIndex: index,
    encode: { x: 0, y: 1 },
    data: bars.map(({ row, middle }) => [row.worksForMs ?? endMs, middle]),
    renderItem(
      { dataIndex }: { dataIndex: number },
      api: CustomSeriesRenderItemAPI,
    ): CustomSeriesRenderItemReturn {
      const { row, middle } = bars[dataIndex] as (typeof bars)[number]
      const [from = 0, y = 0] = api.coord([leastMs, middle])
      const [to = 0] = api.coord([Math.max(row.worksForMs ?? endMs, leastMs), middle])
      return row.worksForMs === null ? drawOpen(row, from, to, y) : drawEnded(row.worksForMs, from, to, y)
    },
  }
}

function drawEnded(worksForMs: number, from: number, to: number, y: number): CustomSeriesRenderItemReturn {
  const length = worksForMs === 0 ? 0 : Math.max(3, to - from)
  return {
    type: 'group',
    children: [
      {
        type: 'rect',
        shape: { x: from, y: y - 7, width: length, height: 14, r: [0, 2, 2, 0] },
        style: { fill: 'var(--ended)' },
      },
      {
        type: 'text',
        x: from + length + 5,
        y,
        style: {
          text: worksForMs === 0 ? 'not at all' : duration(worksForMs),
          fill: worksForMs === 0 ? muted : ink,
          fontSize: 12,
          verticalAlign: 'middle',
        },
      },
    ],
  }
}

function drawOpen({ isOffered }: Theft, from: number, to: number, y: number): CustomSeriesRenderItemReturn {
  const shoulder = to - 8
  return {
    type: 'group',
    children: [
      {
        type: 'polygon',
        shape: {
          points: [
            [from, y - 9],
            [shoulder, y - 9],
            [to, y],
            [shoulder, y + 9],
            [from, y + 9],
          ],
        },
        style: { fill: 'var(--nobody)' },
      },
      {
        type: 'text',
        x: from + 5,
        y,
        style: {
          text: isOffered ? 'as long as it lives' : 'no way to end it',
          fill: 'var(--on-nobody)',
          fontSize: 12,
          verticalAlign: 'middle',
        },
      },
    ],
  }
}
