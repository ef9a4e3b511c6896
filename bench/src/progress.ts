/** Of what is left, no time is told before so much is done: it would be a guess. */
const leastDone = 0.02

/** What is being measured, and what is left: one line that rewrites itself on a terminal, a line each elsewhere. */
export function createProgress(total: number) {
  const { stderr } = process
  const startedAt = performance.now()
  let begun = 0
  let last = ''

  /** @param done of `total`; the time that is left is told from what was done since `from` */
  function at(done: number, measurement: string, detail: string, from = 0): void {
    const share = Math.min(done / total, 1)
    const here = done - from
    const leftMs = ((performance.now() - startedAt) / here) * (total - done)
    const left = here / total < leastDone ? '' : `  ${formatLeft(leftMs)} left`
    const text = `  ${String(Math.floor(share * 100)).padStart(3)} %${left}  ${measurement}: ${detail}`
    if (stderr.isTTY) stderr.write(`\r\u001b[K${text.slice(0, (stderr.columns || 80) - 1)}`)
    else if (measurement !== last) stderr.write(`${text}\n`)
    last = measurement
  }

  return {
    at,
    /** The next of `total` steps that are all alike. */
    step: (measurement: string, detail: string) => at(begun++, measurement, detail),
    clear() {
      if (stderr.isTTY) stderr.write('\r\u001b[K')
    },
  }
}

function formatLeft(leftMs: number): string {
  const seconds = Math.ceil(Math.max(0, leftMs) / 1000)
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
