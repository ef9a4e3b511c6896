import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isThroughResgate } from '../resgate/contenders.ts'
import { isOnSockets } from '../sockets/contenders.ts'
import { showResgate, showSockets } from './elsewhere-sections.ts'
import { formatDate } from './figures.ts'
import { showGuests } from './guests.ts'
import { showLatency } from './latency-section.ts'
import { html, Markup } from './markup.ts'
import type { Reported } from './reported.ts'
import { showRestart } from './restart-section.ts'
import { showAnswers, showNotRun, showRun } from './run-sections.ts'
import { showScale } from './scale-section.ts'
import { showSection } from './section.ts'
import { showTheft } from './theft-section.ts'
import { showThroughput } from './throughput-section.ts'

const styles = ['./theme.css', './style.css', './tables.css']

const readAside = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

/** The report: one page that asks nobody for anything. */
export function formatPage(results: Reported): string {
  const script = readAside('./page-script.js')
  const allowed = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${hash(script)}'`
  const isElsewhere = (row: { readonly contender: string }) => isOnSockets(row) || isThroughResgate(row)
  const sections = [
    ...showAnswers(results),
    ...showThroughput(results.throughput),
    ...showLatency(results.latency),
    ...showRestart(results.restart.filter(row => !isElsewhere(row))),
    ...showTheft(results.theft.filter(row => !isElsewhere(row))),
    ...showScale(results.scale),
    ...showSockets(results),
    ...showResgate(results),
    ...showNotRun(results),
    showRun(results),
  ]
  const { cores, cpu, node } = results.machine
  return html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${allowed}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sojourn benchmark, ${formatDate(results.date)}</title>
<link rel="icon" href="data:,">
<style>
${styles.map(name => new Markup(readAside(name)))}</style>
</head>
<body>
<header>
<h1>What sessions cost, and what they survive</h1>
<p class="run">${cores} × ${cpu} · Node ${node} · commit ${results.commit} · ${formatDate(results.date)}</p>${showGuests(results)}
<nav aria-label="Sections"><ul>${sections.map(
    ({ id, title }) => html`<li><a href="#${id}">${title}</a></li>
`,
  )}</ul></nav>
</header>
<main>
${sections.map(showSection)}
</main>
<script type="application/json" id="results">${embed(results)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.source
}

const hash = (script: string) => `sha256-${createHash('sha256').update(script).digest('base64')}`

/** As JSON that no parser of HTML sees an end in. */
const embed = (results: Reported) => new Markup(JSON.stringify(results, null, 2).replaceAll('<', '\\u003c'))
