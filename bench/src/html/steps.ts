import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemReturn } from 'echarts'
import { axisStyle, drawChart, ink, logRange } from './chart.ts'
import { compact } from './figures.ts'
import type { Markup } from './markup.ts'
import { layOutPanels } from './panels.ts'
import { colourOf } from './rows.ts'

export interface Step {
  readonly contender: string
  /** What is varied, such as the size of a session. */
  readonly at: number
  readonly value: number
}

const labelWidth = 138
/** Of the dots, from the least to the most. */
const radii = [3, 5, 7]

/** A dot for each step, the larger the more, joined for each contender; in words the first and the last. */
export function drawSteps(
  label: string,
  title: string,
  steps: readonly Step[],
  format: (value: number) => string,
): Markup {
  const all = [...new Set(steps.map(({ at }) => at))].toSorted((a, b) => a - b)
  const values = steps.map(({ value }) => value)
  const scale = values.every(value => value > 0) ? { type: 'log', ...logRange(values) } : { type: 'value' }
  return drawChart(label, width => {
    const { lines, height, names, ...layout } = layOutPanels(steps, [title], width, labelWidth)
    const chains = lines.contenders.map(({ text, middle }) => ({
      contender: text,
      middle,
      own: steps.filter(({ contender }) => contender === text).toSorted((a, b) => a.at - b.at),
    }))
    return {
      height,
      option: {
        ...layout,
        xAxis: {
          ...axisStyle,
          ...scale,
          position: 'top',
          axisLabel: { ...axisStyle.axisLabel, formatter: compact },
        },
        series: [
          ...names,
          {
            type: 'custom',
            silent: true,
            encode: { x: [0, 1], y: 2 },
            data: chains.map(({ own, middle }) => {
              const values = own.map(({ value }) => value)
              return [Math.min(...values), Math.max(...values), middle]
            }),
            renderItem({ dataIndex }: { dataIndex: number }, api: CustomSeriesRenderItemAPI) {
              const { contender, middle, own } = chains[dataIndex] as (typeof chains)[number]
              const points = own.map(({ at, value }) => {
                const [x = 0, y = 0] = api.coord([value, middle])
                return { x, y, radius: radii[Math.min(all.indexOf(at), radii.length - 1)] as number }
              })
              const ends = [own[0], own.at(-1)].map(step => format(step?.value ?? 0))
              return drawChain(
                points,
                own.length === 1 ? (ends[0] ?? '') : ends.join(' → '),
                colourOf(contender),
              )
            },
          },
        ],
      },
    }
  })
}

interface Dot {
  readonly x: number
  readonly y: number
  readonly radius: number
}

/** The large dots lie below the small ones. */
const drawChain = (dots: readonly Dot[], text: string, fill: string): CustomSeriesRenderItemReturn => ({
  type: 'group',
  children: [
    {
      type: 'polyline',
      shape: { points: dots.map(({ x, y }) => [x, y]) },
      style: { stroke: fill, lineWidth: 2, fill: 'none' },
    },
    ...dots.toReversed().map(({ x, y, radius }) => ({
      type: 'circle' as const,
      shape: { cx: x, cy: y, r: radius },
      style: { fill, stroke: 'var(--paper)', lineWidth: 1 },
    })),
    {
      type: 'text',
      x: Math.max(...dots.map(({ x }) => x)) + 12,
      y: dots[0]?.y ?? 0,
      style: { text, fill: ink, fontSize: 12, verticalAlign: 'middle' },
    },
  ],
})
