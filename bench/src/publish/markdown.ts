import type { Spread } from '../results.ts'
import type { Column } from '../table.ts'

/** A table as Markdown has it; numbers to the right, as columns do. */
export function markdownTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'left' ? '---' : '---:'))),
    ...rows.map(row => line(columns.map(({ cell }) => cell(row).replaceAll('|', '\\|')))),
  ].join('\n')
}

export const micros = ({ median }: Spread) => `${median.toFixed(1)} µs`

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

export const bullets = (lines: readonly string[]) => lines.map(line => `- ${line}`).join('\n')

/** Paragraphs, tables and lists, without those that are empty. */
export const blocks = (...texts: readonly string[]) => texts.filter(text => text !== '').join('\n\n')

export const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]
