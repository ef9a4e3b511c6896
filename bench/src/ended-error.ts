import { fileURLToPath } from 'node:url'

/** Its place is nobody's business who reads the results. */
const repository = fileURLToPath(new URL('../..', import.meta.url))
const mostLines = 12
const longestLine = 200

/** One of our processes has ended, and nobody told it to. */
export class EndedError extends Error {
  /** The last lines that it printed. */
  readonly log: readonly string[]
  /** Whose it was; null for one of ours that measures. */
  readonly contender: string | null

  constructor(name: string, how: string, printed: string, contender: string | null) {
    const log = printed
      .replaceAll(repository, '')
      .trim()
      .split('\n')
      .filter(line => line.trim() !== '')
      .slice(-mostLines)
      .map(line => line.slice(0, longestLine))
    super(`${name} ended by itself (${how}).`)
    this.log = log
    this.contender = contender
  }
}
