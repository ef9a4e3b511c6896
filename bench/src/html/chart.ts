import { CustomChart, LineChart } from 'echarts/charts'
import { GridComponent, TitleComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { html, Markup } from './markup.ts'

use([CustomChart, LineChart, GridComponent, TitleComponent, SVGRenderer])

export interface Drawing {
  readonly height: number
  readonly option: EChartsCoreOption
}

/** Of a page on a desk, and on a phone. The style sheet shows one of them. */
export const widths = { wide: 840, narrow: 336 } as const

export type Width = keyof typeof widths

/** `label` says in words what is to be seen. */
export const drawChart = (label: string, draw: (width: Width) => Drawing): Markup =>
  html`${(['wide', 'narrow'] as const).map(width => render(label, width, draw(width)))}`

function render(label: string, width: Width, { height, option }: Drawing): Markup {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: widths[width], height })
  chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit' }, ...option })
  const drawn = chart.renderToSVGString()
  chart.dispose()
  // Its style sheet is of what moves, and would count for the whole page.
  const inner = drawn.replace(/^<svg[^>]*>/, '').replace(/<style.*?<\/style>/s, '')
  const svg = html`<svg class="${width}" viewBox="0 0 ${widths[width]} ${height}" role="img" aria-label="${label}">`
  return html`${svg}${new Markup(inner)}`
}

/** Colours are the style sheet's: they follow the theme. */
export const ink = 'var(--ink)'
export const muted = 'var(--muted)'

export const axisStyle = {
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { color: muted, fontSize: 11, hideOverlap: true, alignMinLabel: 'left' },
  splitLine: { lineStyle: { color: 'var(--grid)' } },
  minorSplitLine: { show: false },
} as const

/** From and to a 1, 2 or 5, with at least one power of ten, which is where a scale of them has its marks. */
export function logRange(values: readonly number[]): { min: number; max: number } {
  const steps = [1, 2, 5, 10]
  const round = (value: number, choose: (steps: readonly number[], digit: number) => number | undefined) => {
    const power = 10 ** Math.floor(Math.log10(value))
    return power * (choose(steps, value / power) ?? 1)
  }
  const least = Math.min(...values)
  const min = round(least, (steps, digit) => steps.findLast(step => step <= digit))
  const max = round(Math.max(...values), (steps, digit) => steps.find(step => step >= digit))
  const hasMark = Math.ceil(Math.log10(min)) <= Math.floor(Math.log10(max))
  return hasMark ? { min, max } : { min: 10 ** Math.floor(Math.log10(least)), max }
}

/** From nought, in about four steps of a 1, 2 or 5 that both ends are marks of. */
export function linearRange(values: readonly number[]): { min: number; max: number; interval: number } {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)]
  if (least === most) return { min: 0, max: 1, interval: 0.5 }
  const rough = (most - least) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const interval = power * ([1, 2, 5].find(step => step * power >= rough) ?? 10)
  return {
    min: Math.floor(least / interval) * interval,
    max: Math.ceil(most / interval) * interval,
    interval,
  }
}
