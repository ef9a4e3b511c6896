import { styleText } from 'node:util'

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string
  readonly align?: 'left' | 'right'
}

const style = (format: Parameters<typeof styleText>[0], text: string) =>
  styleText(format, text, { stream: process.stdout })

export const count = (value: number) => Math.round(value).toLocaleString('en')

/** Text below a table: lines that go on stand back. */
export const wrap = (text: string): string =>
  text
    .split('\n')
    .map(line => wrapAfter(' ', line, 4))
    .join('')

/** `head`, then `text` in lines of up to 98 characters, of which those that go on are indented. */
export function wrapAfter(head: string, text: string, indent: number): string {
  const lines: string[] = []
  let line = head
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > 98) {
      lines.push(line)
      line = ' '.repeat(indent - 1)
    }
    line += ` ${word}`
  }
  return `${[...lines, line].join('\n')}\n`
}

/** A table under its title; numbers to the right, as columns do. */
export function formatTable<Row>(
  title: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): string {
  const cells = rows.map(row => columns.map(({ cell }) => cell(row)))
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map(row => row[index]?.length ?? 0)),
  )
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) =>
        columns[index]?.align === 'left'
          ? text.padEnd(widths[index] ?? 0)
          : text.padStart(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const titles = line(columns.map(({ title }) => title))
  const heading = titles === '' ? [] : [style('dim', titles)]
  return [style('bold', title), ...heading, ...cells.map(line), '']
    .map(text => (text ? `  ${text}` : ''))
    .join('\n')
}
