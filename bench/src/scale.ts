import { setTimeout } from 'node:timers/promises'
import { fillerBytesOf } from './clients.ts'
import { type ContenderName, holdsSessions } from './contenders.ts'
import type { Client, LoadProcess } from './load-process.ts'
import { type Scale, spreadOf } from './results.ts'
import { type Lose, rethrow } from './rounds.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import type { StorePlaces } from './store-server.ts'
import { count } from './table.ts'
import { type Effort, measure, scenarios, warmUpByReading } from './throughput.ts'
import { warmUp } from './warm-up.ts'

/** So many sessions are in use, whatever the number of those that live: only that is to make the difference. */
const sampleSize = 1000
const dayMs = 86_400_000
const clearWithinMs = 20_000
/** At once: what has signed in meanwhile is told in between. */
const signedInAtOnce = 50_000
/** Who holds no sessions is measured with so many at most: more would be the same again. */
const mostNotHeld = 10_000

interface Filled {
  readonly connections: readonly (readonly Client[])[]
  readonly bytesPerSession: number
}

/**
 * For one number of sessions after the other, in a store of `places` that has those of the numbers before as well: fills
 * a server with so many live sessions, reads from it and from `none` in turn, then lets every session expire. Of one that
 * fails at a number, those before it are left.
 */
export async function measureScale(
  contender: ContenderName,
  places: StorePlaces,
  sizes: readonly number[],
  none: ServerProcess,
  loader: LoadProcess,
  effort: Effort,
  progress: (what: string, share: number) => void,
  lose: Lose<number> = rethrow,
): Promise<Scale[]> {
  const most = holdsSessions(contender) ? Math.max(...sizes) : Math.max(mostNotHeld, Math.min(...sizes))
  const held = sizes.filter(size => size <= most)
  const all = held.reduce((sum, size) => sum + size, 0)
  let done = 0
  const rows: Scale[] = []
  for (const sessions of held) {
    const tell = (what: string, more: number) =>
      progress(`${count(sessions)} sessions, ${what}`, (done + more) / all)
    try {
      rows.push(await measureSize(contender, places, sessions, none, loader, effort, tell))
    } catch (error) {
      await lose(sessions, error)
      break
    }
    done += sessions
  }
  return rows
}

async function measureSize(
  contender: ContenderName,
  places: StorePlaces,
  sessions: number,
  none: ServerProcess,
  loader: LoadProcess,
  effort: Effort,
  tell: (what: string, done: number) => void,
): Promise<Scale> {
  const [read] = scenarios as [(typeof scenarios)[number]]
  const server = await startServer(contender, { store: await places.addressFor(contender) })
  try {
    const { connections, bytesPerSession } = await fill(server, sessions, loader, effort, tell)
    const overheads: number[] = []
    const p99s: number[] = []
    const anyone = connections.map(() => [{ cookie: null, user: null, counter: 0 }])
    const ask = (seconds: number) => measure(read, server, loader, connections, seconds)
    await warmUpByReading(none, loader, effort)
    await warmUp(server, effort.warmUp, async seconds => (await ask(seconds)).requests)
    for (let round = 1; round <= effort.rounds; round++) {
      tell(`round ${round} of ${effort.rounds}`, sessions)
      const baseline = await measure(read, none, loader, anyone, effort.seconds)
      const { cpuMicros, p99Ms } = await ask(effort.seconds)
      overheads.push(cpuMicros - baseline.cpuMicros)
      p99s.push(p99Ms)
    }
    tell('clearing them out', sessions)
    return {
      contender,
      sessions,
      overheadMicros: spreadOf(overheads),
      p99Ms: spreadOf(p99s).median,
      bytesPerSession,
      ...(await clearOut(server)),
    }
  } finally {
    await server.kill()
  }
}

async function fill(
  server: ServerProcess,
  sessions: number,
  loader: LoadProcess,
  { sessionBytes, concurrency }: Effort,
  tell: (what: string, done: number) => void,
): Promise<Filled> {
  const signIn = { port: server.port, fillerBytes: fillerBytesOf(sessionBytes) }
  await loader.signIn({ ...signIn, count: concurrency, firstUser: sessions + 1, every: 1 })
  const before = await server.usageAtRest()
  const every = Math.ceil(sessions / sampleSize)
  const clients: Client[] = []
  for (let done = 0; done < sessions; done += signedInAtOnce) {
    tell('signing in', done)
    const count = Math.min(signedInAtOnce, sessions - done)
    clients.push(...(await loader.signIn({ ...signIn, count, firstUser: done + 1, every })))
  }
  const after = await server.usageAtRest()
  const connections = Array.from({ length: concurrency }, (_, connection) =>
    clients.filter((_, index) => index % concurrency === connection),
  )
  return { connections, bytesPerSession: (after.rssBytes - before.rssBytes) / sessions }
}

async function clearOut(server: ServerProcess): Promise<Pick<Scale, 'clearMs' | 'clearPauseMs'>> {
  const startedAt = performance.now()
  const { clearMs, ...advanced } = await server.advance(2 * dayMs)
  let { sessions, longestPauseMs } = advanced
  if (clearMs !== null) return { clearMs, clearPauseMs: longestPauseMs }
  if (sessions === null) return { clearMs: null, clearPauseMs: null }
  while (performance.now() - startedAt < clearWithinMs) {
    ;({ sessions, longestPauseMs } = await server.usage())
    if (sessions === 0) return { clearMs: performance.now() - startedAt, clearPauseMs: longestPauseMs }
    await setTimeout(100)
  }
  return { clearMs: null, clearPauseMs: longestPauseMs }
}
