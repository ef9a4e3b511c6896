import type { ContenderName } from './contenders.ts'
import { storeOf } from './contenders.ts'
import { type Fault, type FaultName, faults } from './faults.ts'
import type { Client } from './load-process.ts'
import type { Restart } from './results.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { StorePlaces, type StoreServer, startStoreServer } from './store-server.ts'
import { describeLoad, putUnderLoad } from './under-load.ts'
import { type Answer, ask, askUntilAnswered, forEachInParallel, newClient, signIn } from './visit.ts'

/** How long after a fault an answer may come. */
const patienceMs = 30_000

/**
 * Signs clients in and lets each write, strikes, lets each write again if the fault asks for that, and asks each
 * client's page until it is answered, by every server.
 *
 * @param shared where its sessions may live, if the fault does the store no harm
 */
export async function measureRestart(
  contender: ContenderName,
  name: FaultName,
  clientCount: number,
  shared?: StorePlaces,
): Promise<Restart> {
  const fault: Fault = faults[name]
  await using own = new StorePlaces()
  const kind = storeOf(contender)
  const isHarmed = fault.of === 'store'
  await using store = kind && isHarmed ? await startStoreServer(kind, fault.isStoreDurable ?? false) : null
  const address = store?.address ?? (await (shared ?? own).addressFor(contender))
  const server = await startServer(contender, { store: address })
  const started = new Set([server])
  let asked: readonly ServerProcess[] = [server]
  const route = (servers: readonly ServerProcess[]) => {
    asked = servers
    for (const each of servers) started.add(each)
  }
  let load: ReturnType<typeof putUnderLoad> | null = null
  try {
    const clients = await signInAndWrite(server, clientCount)
    const struckAt = performance.now()
    if (fault.underLoad) load = putUnderLoad(() => asked, clients)
    await fault.strike(server, route, store as StoreServer)
    const refused = fault.writesAfter && asked[0] ? await writeAgain(asked[0], clients) : 0
    const { unanswered, ...count } = await countSignedIn(asked, clients, struckAt)
    const met = await load?.stop()
    const notes = [
      ...(asked.length === 0 ? ['the server does not start'] : []),
      ...(refused > 0 ? [`${refused} writes were refused`] : []),
      ...(unanswered > 0 ? [`${unanswered} got no answer within ${patienceMs / 1000} s`] : []),
      ...(met === undefined ? [] : describeLoad(met)),
    ]
    return {
      contender,
      fault: name,
      clients: clientCount,
      ...count,
      wrongUser: count.wrongUser + (met?.wrongUser ?? 0),
      firstSuccessMs: met?.firstSuccessMs ?? count.firstSuccessMs,
      note: notes.join('; '),
    }
  } finally {
    await load?.stop()
    await Promise.all([...started].map(each => each.kill()))
  }
}

type Count = Pick<Restart, 'stillSignedIn' | 'acknowledgedWritesLost' | 'wrongUser' | 'firstSuccessMs'> & {
  readonly unanswered: number
}

/** How many are known to every server. */
export async function countSignedIn(
  servers: readonly ServerProcess[],
  clients: readonly Client[],
  struckAt: number,
): Promise<Count> {
  const count = { stillSignedIn: 0, acknowledgedWritesLost: 0, wrongUser: 0, unanswered: 0 }
  let firstSuccessMs: number | null = null
  await forEachInParallel(clients, async client => {
    const answers: (Answer | null)[] = []
    for (const server of servers) answers.push(await askUntilAnswered(server, client, struckAt + patienceMs))
    const own = answers.filter(answer => answer?.user === client.user) as Answer[]
    const isSignedIn = own.length > 0 && own.length === answers.length
    if (isSignedIn) {
      count.stillSignedIn++
      firstSuccessMs ??= performance.now() - struckAt
    }
    const kept = isSignedIn ? Math.min(...own.map(({ counter }) => counter)) : 0
    count.acknowledgedWritesLost += Math.max(0, client.counter - kept)
    if (answers.includes(null)) count.unanswered++
    count.wrongUser += answers.filter(answer => answer?.user && answer.user !== client.user).length
  })
  return { ...count, firstSuccessMs }
}

/** How many writes are refused. */
export async function writeAgain(server: ServerProcess, clients: readonly Client[]): Promise<number> {
  let refused = 0
  await forEachInParallel(clients, async client => {
    const answer = await ask(server, 'POST', '/write', client).catch(() => null)
    if (answer?.user === client.user) client.counter++
    else refused++
  })
  return refused
}

async function signInAndWrite(server: ServerProcess, count: number): Promise<Client[]> {
  const clients = Array.from({ length: count }, (_, index) => newClient(`user-${index + 1}`))
  await forEachInParallel(clients, async client => {
    await signIn(server, client)
    const { user, counter } = await ask(server, 'POST', '/write', client)
    if (user !== client.user || counter !== 1)
      throw new Error(`${client.user} was answered ${user}, ${counter}`)
    client.counter = counter
  })
  return clients
}
