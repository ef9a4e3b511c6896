import type { CustomSeriesRenderItemReturn } from 'echarts'
import { drawChart, muted, type Width, widths } from './chart.ts'
import type { Markup } from './markup.ts'
import { drawNames, layOut, nameWidth } from './rows.ts'

export interface Cell {
  readonly text: string
  /** Of the style sheet: `all`, `most`, `some`, `nobody` or `unknown`. */
  readonly tone: 'all' | 'most' | 'some' | 'nobody' | 'unknown'
  readonly isAlarming: boolean
}

const titleHeight = 13
const widest = 128
const gap = 3

/** A heat map: a line for each contender, a column for each of `columns`. Each cell says in words what its colour says. */
export function drawMatrix(
  label: string,
  rows: readonly { readonly contender: string }[],
  columns: readonly { readonly name: string; readonly title: string }[],
  cellOf: (contender: string, column: string) => Cell,
): Markup {
  const titleLines = columns.map(({ title }) => title.split(' ').length)
  const headHeight = 11 + titleHeight * Math.max(...titleLines)
  return drawChart(label, width => {
    const lines = layOut(rows, width)
    const left = nameWidth[width]
    const cellWidth = Math.min(widest, (widths[width] - left) / columns.length)
    const cells = lines.contenders.flatMap(line =>
      columns.map(({ name }, index) => ({
        ...cellOf(line.text, name),
        x: left + index * cellWidth,
        y: headHeight + line.middle,
      })),
    )
    return {
      height: headHeight + lines.height + 2,
      option: {
        series: [
          drawNames(lines, width, headHeight),
          drawTitles(
            columns.map(({ title }, index) => ({ title, x: left + index * cellWidth })),
            cellWidth,
            headHeight,
          ),
          {
            type: 'custom',
            coordinateSystem: 'none',
            silent: true,
            data: cells.map((_, index) => index),
            renderItem: ({ dataIndex }: { dataIndex: number }) =>
              drawCell(cells[dataIndex] as (typeof cells)[number], cellWidth, width),
          },
        ],
      },
    }
  })
}

const drawTitles = (
  titles: readonly { readonly title: string; readonly x: number }[],
  cellWidth: number,
  bottom: number,
) => ({
  type: 'custom',
  coordinateSystem: 'none',
  silent: true,
  data: titles.map((_, index) => index),
  renderItem({ dataIndex }: { dataIndex: number }): CustomSeriesRenderItemReturn {
    const { title, x } = titles[dataIndex] as (typeof titles)[number]
    return {
      type: 'text',
      x: x + cellWidth / 2,
      y: bottom - 6,
      style: {
        text: title.replaceAll(' ', '\n'),
        fill: muted,
        fontSize: 11,
        lineHeight: titleHeight,
        align: 'center',
        verticalAlign: 'bottom',
      },
    }
  },
})

function drawCell(
  { text, tone, isAlarming, x, y }: Cell & { readonly x: number; readonly y: number },
  cellWidth: number,
  width: Width,
): CustomSeriesRenderItemReturn {
  const height = width === 'wide' ? 21 : 20
  return {
    type: 'group',
    children: [
      {
        type: 'rect',
        shape: { x: x + gap / 2, y: y - height / 2, width: cellWidth - gap, height, r: 3 },
        style: {
          fill: `var(--${tone})`,
          ...(isAlarming ? { stroke: 'var(--alarm)', lineWidth: 3 } : {}),
        },
      },
      {
        type: 'text',
        x: x + cellWidth / 2,
        y,
        style: {
          text,
          fill: `var(--on-${tone})`,
          fontSize: text.length > 10 && width === 'narrow' ? 10 : 12,
          fontWeight: isAlarming ? 700 : 400,
          align: 'center',
          verticalAlign: 'middle',
        },
      },
    ],
  }
}
