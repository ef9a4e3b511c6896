// One contender's server, as a process of its own: `node server.ts CONTENDER SETUP`.
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createApp } from './app.ts'
import { turnClock } from './clock.ts'
import { type ContenderName, loadContender } from './contenders.ts'
import type { ServerReport, ServerRequest, ServerSetup } from './server-process.ts'

const [name, setupJson] = process.argv.slice(2) as [ContenderName, string]
const setup: ServerSetup = JSON.parse(setupJson)
turnClock(setup.clockOffMs)
const contender = await loadContender(name)
const send = (report: ServerReport) => process.send?.(report)

const app = await createApp(contender, setup)
const server = app.listen(setup.port, '127.0.0.1', error => {
  if (error) throw error
  send({ port: (server.address() as AddressInfo).port })
})

const pauses = monitorEventLoopDelay({ resolution: 1 })

process.on('message', (request: ServerRequest) => {
  if ('advanceMs' in request) {
    turnClock(request.advanceMs)
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
process.on('SIGTERM', () => server.close(() => process.exit()))
// Never outlive the harness, not even when it is killed.
process.on('disconnect', () => process.exit())
