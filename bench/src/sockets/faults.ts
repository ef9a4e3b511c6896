import { setTimeout } from 'node:timers/promises'
import { startProxy } from '@sojourn/testbed'
import type { Restart } from '../results.ts'
import { StorePlaces, startStoreServer } from '../store-server.ts'
import { kindOf, type SocketContenderName } from './contenders.ts'
import { type CrowdProcess, type CrowdReport, startCrowd } from './crowd-process.ts'
import { createRandom, startLossyProxy } from './lossy-proxy.ts'
import { type SocketServerProcess, startSocketServer } from './server-process.ts'

interface Scene {
  readonly server: SocketServerProcess
  readonly crowd: CrowdProcess
  /** Where the clients connect to, by a way that breaks. Default: to the server. */
  gather(url?: string): Promise<void>
}

interface Outcome {
  /** When clients could have been answered again. Null: they always could. */
  readonly answersAt: number | null
  /** The server of then. */
  readonly server: SocketServerProcess
  readonly note?: string
}

interface SocketFault {
  /** For the head of a column. */
  readonly title: string
  readonly about: string
  /** How often each client presents its key by itself. */
  readonly renewMs: number
  /** Gathers the clients, breaks something, and calls `count` before it takes its means away. */
  strike(scene: Scene, count: (outcome: Outcome) => Promise<Restart>): Promise<Restart>
}

const downMs = 1000
const lostShare = 0.1
const renewals = 10
const patienceMs = 30_000

export const socketFaults = {
  'server-killed': {
    title: 'server killed',
    about: 'kill -9 of the server while all are connected and present a key each second; it is started again',
    renewMs: 1000,
    async strike({ server, gather }, count) {
      await gather()
      const { contender, store, port } = server
      await server.kill()
      const next = await startSocketServer(contender, { store, port })
      return count({ answersAt: Date.now(), server: next })
    },
  },
  'gateway-killed': {
    title: 'gateway killed',
    about: `what carries the connections is gone for ${downMs / 1000} s, while each client presents a key each second`,
    renewMs: 1000,
    async strike({ server, gather }, count) {
      await using gateway = await startProxy({ url: `ws://127.0.0.1:${server.port}` })
      await gather(gateway.url)
      gateway.cut()
      await setTimeout(downMs)
      gateway.heal()
      return await count({ answersAt: Date.now(), server })
    },
  },
  'answers-lost': {
    title: 'answers lost',
    about:
      `each client presents ${renewals} keys in a row, and ${100 * lostShare} % of the answers are lost: the ` +
      'connection breaks when the server has done what was asked',
    renewMs: 60_000,
    async strike({ server, crowd, gather }, count) {
      await using proxy = await startLossyProxy(server.port, createRandom(1))
      await gather(proxy.url)
      proxy.lose(lostShare)
      await crowd.ask({ do: 'renew', times: renewals })
      const { lost, passed } = proxy
      return await count({ answersAt: null, server, note: `${lost} of ${lost + passed} answers were lost` })
    },
  },
} as const satisfies Record<string, SocketFault>

export type SocketFaultName = keyof typeof socketFaults
export const socketFaultNames = Object.keys(socketFaults) as SocketFaultName[]

/** Signs honest clients in, each with a socket of its own, strikes, and counts who is in their session when all is quiet. */
export async function measureSocketFault(
  contender: SocketContenderName,
  name: SocketFaultName,
  clients: number,
): Promise<Restart> {
  const { store: kind, client } = kindOf(contender)
  const fault: SocketFault = socketFaults[name]
  await using places = new StorePlaces()
  await using ownStore = kind === null ? null : await startStoreServer(kind, true)
  const store = ownStore?.address ?? (await places.addressOf(kind))
  const server = await startSocketServer(contender, { store })
  const started = new Set([server])
  const crowd = startCrowd()
  let struckAt = 0
  let reuses = 0
  try {
    const gather = async (url = `ws://127.0.0.1:${server.port}`) => {
      await crowd.ask({ do: 'gather', url, client, count: clients, renewMs: fault.renewMs })
      reuses = (await server.usage()).reuses
      struckAt = Date.now()
    }
    return await fault.strike({ server, crowd, gather }, async outcome => {
      started.add(outcome.server)
      const since = outcome.answersAt === null ? null : struckAt
      const report = await crowd.ask({ do: 'count', since, patienceMs })
      if (outcome.server !== server) reuses += (await outcome.server.usage()).reuses
      else reuses = (await server.usage()).reuses
      return describe(report, outcome, { contender, fault: name, clients, reuses, struckAt })
    })
  } finally {
    await crowd.kill()
    await Promise.all([...started].map(each => each.kill()))
  }
}

export function describe(
  { firstActiveAt, lastActiveAt, unanswered, ...counts }: CrowdReport,
  { answersAt, note }: Pick<Outcome, 'answersAt' | 'note'>,
  {
    struckAt,
    ...row
  }: Pick<Restart, 'contender' | 'fault' | 'clients' | 'reuses'> & { readonly struckAt: number },
): Restart {
  const from = (start: number | null, at: number | null) =>
    start === null || at === null ? null : Math.max(0, at - start)
  const notes = [
    ...(note === undefined ? [] : [note]),
    ...(row.reuses ? [`${row.reuses} times an honest client was taken for a thief`] : []),
    ...(unanswered > 0 ? [`${unanswered} got no answer within ${patienceMs / 1000} s`] : []),
  ]
  return {
    ...row,
    ...counts,
    firstSuccessMs: answersAt === null ? null : from(struckAt, firstActiveAt),
    allBackMs: from(answersAt, lastActiveAt),
    note: notes.join('; '),
  }
}
