// The load generator on sockets, as a process of its own. It checks every answer.
import { createHistogram } from 'node:perf_hooks'
import { Caller, type Holder } from './caller.ts'
import type { SocketLoad, SocketLoadReport } from './load-process.ts'

/** Those of one server. */
interface Crew {
  readonly hasAttempts: boolean
  readonly sitting: readonly Seat[]
  /** Signed in, and gone. */
  readonly away: readonly Holder[]
}

interface Seat {
  readonly caller: Caller
  readonly holder: Holder
}

const awayCount = 8
const openedAtOnce = 32
const crews = new Map<number, Crew>()
let nextUser = 1

process.on('message', async (load: SocketLoad) => process.send?.(await measure(load)))
process.on('disconnect', () => process.exit())

async function measure(load: SocketLoad): Promise<SocketLoadReport> {
  const latency = createHistogram()
  let wrong: string | null = null
  const timed = async (act: () => Promise<unknown>) => {
    const startedAt = performance.now()
    await act()
    latency.record(Math.max(1, Math.round((performance.now() - startedAt) * 1000)))
  }
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  try {
    await perform(load, timed)
  } catch (error) {
    wrong = (error as Error).message
  }
  const { user, system } = process.cpuUsage(cpuBefore)
  const seconds = (performance.now() - startedAt) / 1000
  return {
    done: latency.count,
    seconds,
    p50Ms: latency.percentile(50) / 1000,
    p99Ms: latency.percentile(99) / 1000,
    loaderBusy: (user + system) / 1e6 / seconds,
    wrong,
  }
}

async function perform(
  load: SocketLoad,
  timed: (act: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  if (load.do === 'open') return open(load)
  const { port } = load
  const { hasAttempts, sitting, away } = crews.get(port) as Crew
  if (load.do === 'close') {
    for (const { caller } of sitting) caller.close()
    return void crews.delete(port)
  }
  const end = performance.now() + load.seconds * 1000
  if (load.do === 'connect') {
    for (let turn = 0; turn === 0 || performance.now() < end; turn++) {
      const holder = away[turn % away.length] as Holder
      const caller = new Caller(port, hasAttempts)
      await timed(async () => {
        await caller.open()
        await caller.present(holder)
      })
      caller.close()
    }
    return
  }
  const act = load.do === 'resume' ? resume : signInAnew
  const count = Math.min(load.concurrency, sitting.length)
  const lanes = Array.from({ length: count }, (_, lane) =>
    sitting.filter((_, index) => index % count === lane),
  )
  await Promise.all(
    lanes.map(async seats => {
      for (let turn = 0; turn === 0 || performance.now() < end; turn++) {
        await timed(() => act(seats[turn % seats.length] as Seat))
      }
    }),
  )
}

const resume = ({ caller, holder }: Seat) => caller.present(holder)

const signInAnew = ({ caller, holder }: Seat) => caller.signIn(Object.assign(holder, newHolder()))

const newHolder = (): Holder => ({ user: `user-${String(nextUser++).padStart(7, '0')}`, key: null })

async function open({ port, hasAttempts, count }: Extract<SocketLoad, { do: 'open' }>): Promise<void> {
  const sitting: Seat[] = []
  const away: Holder[] = []
  const enter = async () => {
    const seat = { caller: await new Caller(port, hasAttempts).open(), holder: newHolder() }
    await seat.caller.signIn(seat.holder)
    return seat
  }
  while (sitting.length < count) {
    const missing = Math.min(openedAtOnce, count - sitting.length)
    sitting.push(...(await Promise.all(Array.from({ length: missing }, enter))))
  }
  for (let index = 0; index < awayCount; index++) {
    const { caller, holder } = await enter()
    caller.close()
    away.push(holder)
  }
  const before = crews.get(port)?.sitting ?? []
  crews.set(port, { hasAttempts, sitting: [...before, ...sitting], away })
}
