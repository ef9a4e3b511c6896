import { ink, muted, type Width, widths } from './chart.ts'
import { drawNames, layOut, lineAxis, nameWidth } from './rows.ts'

const titleHeight = 44
const secondLineHeight = 16
/** Of a letter of a title, with some to spare. */
const letterWidth = 8
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
  const panelWidth = isBeside
    ? (widths.wide - nameWidth.wide - gap * (titles.length - 1)) / titles.length
    : widths.narrow
  const broken = titles.map(title => (title.length * letterWidth > panelWidth ? breakLast(title) : title))
  const headHeight = titleHeight + (broken.some(title => title.includes('\n')) ? secondLineHeight : 0)
  const panelHeight = headHeight + lines.height
  const corners = titles.map((_, index) => ({
    left: isBeside ? nameWidth.wide + index * (panelWidth + gap) : 0,
    top: isBeside ? 0 : index * (panelHeight + gap),
  }))
  const named = isBeside ? corners.slice(0, 1) : corners
  return {
    lines,
    height: isBeside ? panelHeight : titles.length * (panelHeight + gap) - gap,
    title: corners.map((corner, index) => titleAt(broken[index] ?? '', corner)),
    grid: corners.map(({ left, top }) =>
      gridAt({ left: left + 1, top: top + headHeight }, panelWidth - marginRight, lines.height),
    ),
    yAxis: titles.map((_, gridIndex) => lineAxis(gridIndex, lines.height)),
    names: named.map(({ top }) => drawNames(lines, width, top + headHeight)),
  }
}

const breakLast = (title: string) => title.replace(/ (?=\S+$)/, '\n')

export interface Corner {
  readonly left: number
  readonly top: number
}

export const titleAt = (text: string, corner: Corner, subtext = '') => ({
  text,
  subtext,
  ...corner,
  padding: 0,
  itemGap: 3,
  textStyle: { color: ink, fontSize: 13, fontWeight: 600 },
  subtextStyle: { color: muted, fontSize: 11 },
})

/** Exactly there: its axes' labels do not make it smaller. */
export const gridAt = (corner: Corner, width: number, height: number) => ({
  ...corner,
  width,
  height,
  outerBoundsMode: 'none',
})
