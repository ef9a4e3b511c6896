import { ink, muted, type Width, widths } from './chart.ts'
import { drawNames, layOut, lineAxis, nameWidth } from './rows.ts'

const headHeight = 44
const gap = 20

/** Panels with a line for each contender: side by side, with names before the first; on a phone below each other. */
export function layOutPanels(
  rows: readonly { readonly contender: string }[],
  titles: readonly string[],
  width: Width,
  /** What is left free at the right of each. */
  marginRight: number,
) {
  const lines = layOut(rows, width)
  const isBeside = width === 'wide'
  const panelHeight = headHeight + lines.height
  const panelWidth = isBeside
    ? (widths.wide - nameWidth.wide - gap * (titles.length - 1)) / titles.length
    : widths.narrow
  const places = titles.map((_, index) => ({
    left: isBeside ? nameWidth.wide + index * (panelWidth + gap) : 0,
    top: isBeside ? 0 : index * (panelHeight + gap),
  }))
  const named = isBeside ? places.slice(0, 1) : places
  return {
    lines,
    height: isBeside ? panelHeight : titles.length * (panelHeight + gap) - gap,
    title: places.map((place, index) => titleAt(titles[index] ?? '', place)),
    grid: places.map(({ left, top }) =>
      gridAt({ left: left + 1, top: top + headHeight }, panelWidth - marginRight, lines.height),
    ),
    yAxis: titles.map((_, gridIndex) => lineAxis(gridIndex, lines.height)),
    names: named.map(({ top }) => drawNames(lines, width, top + headHeight)),
  }
}

export interface Place {
  readonly left: number
  readonly top: number
}

export const titleAt = (text: string, place: Place, subtext = '') => ({
  text,
  subtext,
  ...place,
  padding: 0,
  itemGap: 3,
  textStyle: { color: ink, fontSize: 13, fontWeight: 600 },
  subtextStyle: { color: muted, fontSize: 11 },
})

/** Exactly there: its axes' labels do not make it smaller. */
export const gridAt = (place: Place, width: number, height: number) => ({
  ...place,
  width,
  height,
  outerBoundsMode: 'none',
})
