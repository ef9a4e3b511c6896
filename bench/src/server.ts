// One contender's server, as a process of its own: `node server.ts CONTENDER PORT [STORE]`.
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createApp } from './app.ts'
import { type ContenderName, loadContender } from './contenders.ts'
import type { ServerReport, ServerRequest } from './server-process.ts'

/** The same after a restart, as it would be in production. */
const secret = 'the same after a restart, as it would be in production'

const [name, port, store = ''] = process.argv.slice(2) as [ContenderName, string, string?]
const contender = await loadContender(name)
const send = (report: ServerReport) => process.send?.(report)

let clockOffMs = 0
const { now } = Date
// For all contenders alike, whether they can be given a clock or not.
Date.now = () => now() + clockOffMs
const app = await createApp(contender, { secret, store })
const server = app.listen(Number(port), '127.0.0.1', error => {
  if (error) throw error
  send({ port: (server.address() as AddressInfo).port })
})

const pauses = monitorEventLoopDelay({ resolution: 1 })

process.on('message', (request: ServerRequest) => {
  if ('advanceMs' in request) {
    clockOffMs += request.advanceMs
    pauses.enable()
  }
  const { user, system } = process.cpuUsage()
  send({
    cpuMicros: user + system,
    rssBytes: process.memoryUsage.rss(),
    sessions: contender.countSessions?.() ?? null,
    longestPauseMs: pauses.max / 1e6,
  })
})
// Never outlive the harness, not even when it is killed.
process.on('disconnect', () => process.exit())
