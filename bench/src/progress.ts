/** What is being measured, and what is left: one line that rewrites itself on a terminal, a line each elsewhere. */
export function createProgress(steps: number) {
  const { stderr } = process
  const startedAt = performance.now()
  let begun = 0
  let last = ''
  return {
    step(measurement: string, detail: string) {
      const share = Math.min(begun++ / steps, 1)
      const leftS = Math.ceil(((performance.now() - startedAt) * (1 / share - 1)) / 1000)
      const left = begun > 3 ? `  ${leftS} s left` : ''
      const text = `  ${String(Math.floor(share * 100)).padStart(3)} %${left}  ${measurement}: ${detail}`
      if (stderr.isTTY) stderr.write(`\r\u001b[K${text.slice(0, stderr.columns - 1)}`)
      else if (measurement !== last) stderr.write(`${text}\n`)
      last = measurement
    },
    clear() {
      if (stderr.isTTY) stderr.write('\r\u001b[K')
    },
  }
}
