import { setTimeout } from 'node:timers/promises'
import type { ContenderName } from './contenders.ts'
import type { Client, LoadProcess } from './load-process.ts'
import { type Scale, spreadOf } from './results.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import type { StorePlaces } from './store-server.ts'
import { type Effort, fillerBytesOf, measure, scenarios } from './throughput.ts'

/** So many sessions are in use, whatever the number of those that live: only that is to make the difference. */
const sampleSize = 1000
const dayMs = 86_400_000
const clearWithinMs = 20_000

interface Filled {
  readonly server: ServerProcess
  readonly sessions: number
  readonly connections: readonly (readonly Client[])[]
  readonly bytesPerSession: number
}

/** Fills servers with so many live sessions each, reads from all in turn, then lets every session expire. */
export async function measureScale(
  contender: ContenderName,
  places: StorePlaces,
  sizes: readonly number[],
  none: ServerProcess,
  loader: LoadProcess,
  effort: Effort,
  progress: (what: string) => void,
): Promise<Scale[]> {
  const filled: Filled[] = []
  try {
    for (const sessions of sizes) {
      progress(`signing ${sessions.toLocaleString('en')} in`)
      filled.push(await fill(contender, await places.addressFor(contender), sessions, loader, effort))
    }
    const overheads = filled.map((): number[] => [])
    const p99s = filled.map((): number[] => [])
    const [read] = scenarios as [(typeof scenarios)[number]]
    for (let round = 1; round <= effort.rounds; round++) {
      progress(`round ${round} of ${effort.rounds}`)
      const anyone = Array.from({ length: effort.concurrency }, () => [
        { cookie: null, user: null, counter: 0 },
      ])
      const baseline = await measure(read, none, loader, anyone, effort.seconds)
      for (const [index, { server, connections }] of filled.entries()) {
        await measure(read, server, loader, connections, effort.seconds / 4)
        const { cpuMicros, p99Ms } = await measure(read, server, loader, connections, effort.seconds)
        overheads[index]?.push(cpuMicros - baseline.cpuMicros)
        p99s[index]?.push(p99Ms)
      }
    }
    const rows: Scale[] = []
    for (const [index, { server, sessions, bytesPerSession }] of filled.entries()) {
      progress(`clearing ${sessions.toLocaleString('en')} out`)
      rows.push({
        contender,
        sessions,
        overheadMicros: spreadOf(overheads[index] ?? []),
        p99Ms: spreadOf(p99s[index] ?? []).median,
        bytesPerSession,
        ...(await clearOut(server)),
      })
    }
    return rows
  } finally {
    await Promise.all(filled.map(({ server }) => server.kill()))
  }
}

async function fill(
  contender: ContenderName,
  store: string,
  sessions: number,
  loader: LoadProcess,
  { sessionBytes, concurrency }: Effort,
): Promise<Filled> {
  const server = await startServer(contender, { store })
  const signIn = { port: server.port, fillerBytes: fillerBytesOf(sessionBytes) }
  await loader.signIn({ ...signIn, count: concurrency, firstUser: sessions + 1, every: 1 })
  const before = await server.usage()
  const every = Math.ceil(sessions / sampleSize)
  const clients = await loader.signIn({ ...signIn, count: sessions, firstUser: 1, every })
  const after = await server.usage()
  const connections = Array.from({ length: concurrency }, (_, connection) =>
    clients.filter((_, index) => index % concurrency === connection),
  )
  return { server, sessions, connections, bytesPerSession: (after.rssBytes - before.rssBytes) / sessions }
}

async function clearOut(server: ServerProcess): Promise<Pick<Scale, 'clearMs' | 'clearPauseMs'>> {
  const startedAt = performance.now()
  let { sessions, longestPauseMs } = await server.advance(2 * dayMs)
  if (sessions === null) return { clearMs: null, clearPauseMs: null }
  while (performance.now() - startedAt < clearWithinMs) {
    ;({ sessions, longestPauseMs } = await server.usage())
    if (sessions === 0) return { clearMs: performance.now() - startedAt, clearPauseMs: longestPauseMs }
    await setTimeout(100)
  }
  return { clearMs: null, clearPauseMs: longestPauseMs }
}
