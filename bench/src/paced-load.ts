import { createHistogram } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { PacedLoad, PacedReport } from './load-process.ts'
import { PacedConnection } from './paced-connection.ts'
import { Visitor } from './visitor.ts'

/** How long the last may be waited for. */
const patienceMs = 10_000
/** Between two looks at what is due. */
const shortestTickMs = 0.1

/**
 * Sends each request when it is due, or as soon as a connection is free, and times it from when it was due: who answers
 * late is not asked less (that would be coordinated omission).
 */
export async function pace(load: PacedLoad): Promise<PacedReport> {
  const { port, requestsPerSecond, seconds, clients } = load
  const total = Math.round(requestsPerSecond * seconds)
  const latency = createHistogram()
  const free: PacedConnection[] = []
  let wrong: string | null = null
  let sent = 0
  let answered = 0
  const isOver = Promise.withResolvers<void>()

  const connections = await Promise.all(
    clients.map(client => {
      const visitor = new Visitor(client, { ...load, requests: ['read'], fillerBytes: 0 }, 0)
      return PacedConnection.open(port, visitor, fault => fail(fault))
    }),
  ).catch(error => {
    fail((error as Error).message)
    return []
  })
  free.push(...connections)

  const everyMs = 1000 / requestsPerSecond
  let cpuBefore = process.cpuUsage()
  /** The first beat: a thread takes a while to start, which is not the server's doing. */
  let startedAt = Number.POSITIVE_INFINITY
  const dueAt = (request: number) => startedAt + request * everyMs

  function beat(): void {
    if (startedAt === Number.POSITIVE_INFINITY) {
      startedAt = performance.now()
      cpuBefore = process.cpuUsage()
    }
    sendDue()
  }

  function sendDue(): void {
    const now = performance.now()
    while (sent < total && dueAt(sent) <= now && free.length > 0) {
      const connection = free.shift() as PacedConnection
      const due = dueAt(sent++)
      connection.ask(fault => {
        if (fault !== null) return fail(fault)
        latency.record(Math.max(1, Math.round((performance.now() - due) * 1000)))
        free.push(connection)
        answered++
        if (answered === total) isOver.resolve()
        else sendDue()
      })
    }
  }

  function fail(fault: string): void {
    wrong ??= fault
    isOver.resolve()
  }

  const metronome = startMetronome(Math.max(everyMs, shortestTickMs), beat)
  try {
    const tooLate = new AbortController()
    await Promise.race([
      isOver.promise,
      setTimeout(seconds * 1000 + patienceMs, null, { signal: tooLate.signal }).catch(() => {}),
    ])
    tooLate.abort()
  } finally {
    await metronome.terminate()
    for (const connection of connections) connection.close()
  }
  if (answered < total) wrong ??= `${total - answered} of ${total} requests got no answer`
  const { user, system } = process.cpuUsage(cpuBefore)
  const at = (percent: number) => latency.percentile(percent) / 1000
  return {
    requests: latency.count,
    p50Ms: at(50),
    p90Ms: at(90),
    p99Ms: at(99),
    p999Ms: at(99.9),
    maxMs: latency.max / 1000,
    loaderBusy: (user + system) / 1000 / (performance.now() - startedAt),
    wrong,
  }
}

/** Calls back at shorter intervals than timers can, and sleeps in between, in a thread of its own. */
function startMetronome(everyMs: number, beat: () => void): Worker {
  const worker = new Worker(
    `const { parentPort, workerData: everyMs } = require('node:worker_threads')
     const never = new Int32Array(new SharedArrayBuffer(4))
     for (let due = performance.now(); ; due = Math.max(due + everyMs, performance.now())) {
       const waitMs = due - performance.now()
       if (waitMs > 0) Atomics.wait(never, 0, 0, waitMs)
       parentPort.postMessage(null)
     }`,
    { eval: true, workerData: everyMs },
  )
  worker.on('message', beat)
  return worker
}
