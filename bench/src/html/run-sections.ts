import { describeContenders } from '../answers.ts'
import { bytes, count, formatDate } from './figures.ts'
import { describeGuests } from './guests.ts'
import { html, type Markup } from './markup.ts'
import { groupContenders, placeOf } from './places.ts'
import type { Reported } from './reported.ts'
import { legend, type Section, swatch } from './section.ts'

/** In a line for each contender. */
export function showAnswers(results: Reported): Section[] {
  // Of the run of an application of the reader's, even the app without sessions lacks figures.
  const throughput = results.throughput.filter(row => row.sessionBytes !== null)
  const answers = new Map([...describeContenders({ ...results, throughput }), ...describeGuests(results)])
  if (answers.size === 0) return []
  const groups = groupContenders([...answers.keys()].map(contender => ({ contender })))
  const shown = new Set([...answers.keys()].map(contender => placeOf(contender).side))
  const sides = (['ours', 'peer', 'guest', 'limit'] as const).filter(
    side =>
      shown.has(side) ||
      (side === 'limit' && results.throughput.some(({ contender }) => contender === 'none')),
  )
  const line = (contender: string): Markup => {
    const { side } = placeOf(contender)
    return html`<tr class="${side}"><th scope="row">${swatch(side)}${contender}</th><td><ul>${
      answers.get(contender)?.map(part => html`<li>${part.replaceAll(' %', '\u00a0%')}</li>`) ?? ''
    }</ul></td></tr>
`
  }
  return [
    {
      id: 'answers',
      title: 'In short',
      content: html`<p>What each way to hold sessions costs, and what you get for it.</p>
${legend(sides)}
<table class="answers">
<caption class="unseen">What you pay and what you get, for each contender</caption>
${[...groups].map(
  ([kind, contenders]) => html`<tbody>
<tr class="kind"><th scope="rowgroup" colspan="2">${kind}</th></tr>
${contenders.map(line)}</tbody>
`,
)}</table>`,
    },
  ]
}

export function showNotRun({ notRun }: Reported): Section[] {
  if (notRun.length === 0) return []
  const items = notRun.map(({ contender, sessionBytes, during, reason, isFailure, log = [] }) => {
    const what = [
      contender,
      ...(sessionBytes === undefined ? [] : [bytes(sessionBytes)]),
      ...(during ? [during] : []),
    ]
    return html`<li><strong>${isFailure ? '⚠ failed: ' : ''}${what.join(', ')}</strong>: ${reason}${
      log.length === 0
        ? ''
        : html`<details><summary>Its last words</summary><pre>${log.join('\n')}</pre></details>`
    }</li>
`
  })
  return [{ id: 'not-run', title: 'Not run', content: html`<ul class="notes">${items}</ul>` }]
}

export function showRun(results: Reported): Section {
  const { machine, commit, date, options, durationMs } = results
  const facts = {
    Processor: `${machine.cores} × ${machine.cpu}`,
    Memory: `${(machine.memoryBytes / 2 ** 30).toFixed(1)} GB`,
    System: machine.system,
    'Node.js': machine.node,
    Commit: commit.endsWith('+') ? `${commit.slice(0, -1)}, with changes` : commit,
    Date: formatDate(date),
    ...(options === undefined ? {} : { Options: options === '' ? 'none' : options }),
    ...(durationMs === undefined ? {} : { Took: `${count(durationMs / 60_000)} minutes` }),
  }
  return {
    id: 'run',
    title: 'The run',
    content: html`
<p>Figures are of one run on one machine. Compare ratios, not absolute times, and run it on yours: <code>npm run bench</code>.</p>
<dl class="facts">${Object.entries(facts).map(
      ([term, fact]) => html`<dt>${term}</dt><dd>${fact}</dd>
`,
    )}</dl>
<button type="button" id="download" data-file="sojourn-bench-${date.slice(0, 10)}.json" hidden>Download all numbers (JSON)</button>`,
  }
}
