// The load generator on sockets, as a process of its own. It checks every answer.
import { reportTimed, type Timed, takeTurns } from '../timed-load.ts'
import { Caller, type Holder } from './caller.ts'
import type { SocketLoad } from './load-process.ts'

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

process.on('message', async (load: SocketLoad) =>
  process.send?.(await reportTimed(timed => perform(load, timed))),
)
process.on('disconnect', () => process.exit())

async function perform(load: SocketLoad, timed: Timed): Promise<void> {
  if (load.do === 'open') return open(load)
  const { port } = load
  const { hasAttempts, sitting, away } = crews.get(port) as Crew
  if (load.do === 'close') {
    for (const { caller } of sitting) caller.close()
    return void crews.delete(port)
  }
  if (load.do === 'connect') {
    return takeTurns(away, { concurrency: 1, seconds: load.seconds }, async holder => {
      const caller = new Caller(port, hasAttempts)
      await timed(async () => {
        await caller.open()
        await caller.present(holder)
      })
      caller.close()
    })
  }
  const act = load.do === 'resume' ? resume : signInAnew
  await takeTurns(sitting, load, seat => timed(() => act(seat)))
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
