// One contender's server, as a process of its own: `node server.ts CONTENDER SETUP`.
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createApp } from './app.ts'
import { turnClock } from './clock.ts'
import { type ContenderName, loadContender } from './contenders.ts'
import type { ServerReport, ServerRequest, ServerSetup } from './server-process.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

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

// Who is held up for a while finds the connection still there: that it was closed is no fault of the contender.
server.keepAliveTimeout = 600_000

let requests = 0
server.on('request', () => requests++)

let clearMs: number | null = null
const pauses = monitorEventLoopDelay({ resolution: 1 })

process.on('message', async (request: ServerRequest) => {
  if ('advanceMs' in request) {
    pauses.enable()
    await setTimeout(10) // its first tick only starts it, and would miss a pause that comes at once
    turnClock(request.advanceMs)
    const startedAt = performance.now()
    if (contender.countSessions === undefined && (await contender.clearExpired?.()))
      clearMs = performance.now() - startedAt
  }
  if ('collects' in request) collect()
  const { user, system } = process.cpuUsage()
  send({
    cpuMicros: user + system,
    requests,
    rssBytes: process.memoryUsage.rss(),
    sessions: contender.countSessions?.() ?? null,
    longestPauseMs: pauses.max / 1e6,
    clearMs,
  })
})
process.on('SIGTERM', () => {
  server.close(() => process.exit())
  setInterval(() => server.closeIdleConnections(), 20) // those that were busy when it was closed
})
// Never outlive the harness, not even when it is killed.
process.on('disconnect', () => process.exit())
