// The load generator in the place of a gateway, as a process of its own. It checks every answer.
import { reportTimed, type Timed, takeTurns } from '../timed-load.ts'
import { forEachInParallel } from '../visit.ts'
import { GatewaySide } from './gateway-side.ts'
import { keyGiven } from './key-given.ts'
import type { ResgateLoad } from './load-process.ts'
import { type User, usernameOf, userOf } from './users.ts'

/** Those of one service. */
interface Crew {
  readonly gateway: GatewaySide
  readonly holders: Holder[]
}

interface Holder {
  user: User
  key: string
}

const crews = new Map<string, Crew>()
let nextUser = 1
let nextAttempt = 1
/** As long as one of 16 random bytes. */
const createAttempt = () => String(nextAttempt++).padStart(22, '0')

process.on('message', async (load: ResgateLoad) =>
  process.send?.(await reportTimed(timed => perform(load, timed))),
)
process.on('disconnect', () => process.exit())

async function perform(load: ResgateLoad, timed: Timed): Promise<void> {
  if (load.do === 'open') return open(load)
  const { gateway, holders } = crews.get(load.nats) as Crew
  if (load.do === 'close') {
    crews.delete(load.nats)
    return gateway.close()
  }
  const act = load.do === 'relogin' ? relogin : signInAnew
  await takeTurns(holders, load, holder => timed(() => act(gateway, holder)))
}

async function relogin(gateway: GatewaySide, holder: Holder): Promise<void> {
  const { user, key: reloginKey } = holder
  const told = await gateway.authenticate('relogin', user, { reloginKey, attempt: createAttempt() })
  holder.key = keyGiven(told, user, reloginKey)
}

const signInAnew = async (gateway: GatewaySide, holder: Holder) =>
  void Object.assign(holder, await signIn(gateway, nextUser++))

async function signIn(gateway: GatewaySide, id: number): Promise<Holder> {
  const user = userOf(id)
  const username = usernameOf(user)
  const told = await gateway.authenticate('login', user, { username, password: username })
  return { user, key: keyGiven(told, user, null) }
}

async function open({ nats, count }: Extract<ResgateLoad, { do: 'open' }>): Promise<void> {
  const crew = crews.get(nats) ?? { gateway: await GatewaySide.connect(nats), holders: [] }
  crews.set(nats, crew)
  const ids = Array.from({ length: count }, () => nextUser++)
  await forEachInParallel(ids, async id => void crew.holders.push(await signIn(crew.gateway, id)))
}
