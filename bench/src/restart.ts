import type { ContenderName } from './contenders.ts'
import { storeOf } from './contenders.ts'
import { type Fault, type FaultName, faults } from './faults.ts'
import type { Client } from './load-process.ts'
import type { Restart } from './results.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { StorePlaces, type StoreServer, startStoreServer } from './store-server.ts'
import { ask, askUntilAnswered, forEachInParallel } from './visit.ts'

/** How long after a fault an answer may come. */
const patienceMs = 30_000

/** Signs clients in and lets each write, strikes, and asks each client's page until it is answered. */
export async function measureRestart(
  contender: ContenderName,
  name: FaultName,
  clientCount: number,
): Promise<Restart> {
  const fault: Fault = faults[name]
  await using places = new StorePlaces()
  const kind = storeOf(contender)
  await using store = kind && (await startStoreServer(kind, fault.isStoreDurable ?? false))
  const server = await startServer(contender, store?.address ?? (await places.addressFor(contender)))
  let asked: ServerProcess | null = server
  let load: ReturnType<typeof putUnderLoad> | null = null
  try {
    const clients = await signInAndWrite(server, clientCount)
    const struckAt = performance.now()
    if (fault.underLoad) load = putUnderLoad(server, clients)
    asked = await fault.strike(server, store as StoreServer)
    const { unanswered, ...count } = await countSignedIn(asked, clients, struckAt)
    const notes = [
      ...(asked === null ? ['the server does not start'] : []),
      ...(unanswered > 0 ? [`${unanswered} got no answer within ${patienceMs / 1000} s`] : []),
      ...(load === null ? [] : [describeLoad(await load.stop())]),
    ]
    return { contender, fault: name, clients: clientCount, ...count, note: notes.join('; ') }
  } finally {
    await load?.stop()
    await Promise.all([server.kill(), asked?.kill()])
  }
}

type Count = Pick<Restart, 'stillSignedIn' | 'acknowledgedWritesLost' | 'wrongUser' | 'firstSuccessMs'> & {
  readonly unanswered: number
}

async function countSignedIn(
  server: ServerProcess | null,
  clients: readonly Client[],
  struckAt: number,
): Promise<Count> {
  const count = { stillSignedIn: 0, acknowledgedWritesLost: 0, wrongUser: 0, unanswered: 0 }
  let firstSuccessMs: number | null = null
  await forEachInParallel(clients, async client => {
    const answer = server && (await askUntilAnswered(server, client, struckAt + patienceMs))
    if (answer?.user === client.user) {
      count.stillSignedIn++
      firstSuccessMs ??= performance.now() - struckAt
      count.acknowledgedWritesLost += client.counter - answer.counter
    } else {
      if (answer === null) count.unanswered += server === null ? 0 : 1
      else if (answer.user !== null) count.wrongUser++
      count.acknowledgedWritesLost += client.counter
    }
  })
  return { ...count, firstSuccessMs }
}

async function signInAndWrite(server: ServerProcess, count: number): Promise<Client[]> {
  const clients = Array.from({ length: count }, (_, index) => newClient(`user-${index + 1}`))
  await forEachInParallel(clients, async client => {
    await ask(server, 'POST', `/login?user=${client.user}&fillerBytes=100`, client)
    const { user, counter } = await ask(server, 'POST', '/write', client)
    if (user !== client.user || counter !== 1)
      throw new Error(`${client.user} was answered ${user}, ${counter}`)
    client.counter = counter
  })
  return clients
}

const newClient = (user: string): Client => ({ cookie: null, user, counter: 0 })

/** What clients met who went on asking. */
interface Met {
  answers: number
  failed: number
  signedOut: number
  wrongUser: number
  longestMs: number
  /** From the first failure, or wrong answer, to the last. */
  troubleMs: number
}

function putUnderLoad(server: ServerProcess, clients: readonly Client[]) {
  const met: Met = { answers: 0, failed: 0, signedOut: 0, wrongUser: 0, longestMs: 0, troubleMs: 0 }
  let stopped = false
  let troubledAt: number | null = null
  function* inTurn() {
    while (!stopped) yield* clients
  }
  const done = forEachInParallel(inTurn(), async client => {
    if (stopped) return
    const startedAt = performance.now()
    const answer = await ask(server, 'GET', '/read', { ...client }).catch(() => null)
    const answeredAt = performance.now()
    met.answers++
    met.longestMs = Math.max(met.longestMs, answeredAt - startedAt)
    if (answer?.user === client.user) return
    if (answer === null) met.failed++
    else if (answer.user === null) met.signedOut++
    else met.wrongUser++
    troubledAt ??= startedAt
    met.troubleMs = answeredAt - troubledAt
  })
  return {
    async stop(): Promise<Met> {
      stopped = true
      await done
      return met
    },
  }
}

function describeLoad({ answers, failed, signedOut, wrongUser, longestMs, troubleMs }: Met): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  return [
    `${failed} of ${answers} requests failed${failed > 0 ? ` within ${seconds(troubleMs)}` : ''}`,
    `the longest took ${seconds(longestMs)}`,
    ...(signedOut > 0 ? [`${signedOut} were answered as signed out`] : []),
    ...(wrongUser > 0 ? [`${wrongUser} NAMED ANOTHER USER`] : []),
  ].join(', ')
}
