import { type ContenderName, contenderNames, holdsSessions, storeOf } from './contenders.ts'
import { resgateAnswer } from './resgate/answers.ts'
import { resgateContenderNames } from './resgate/contenders.ts'
import type { Restart, Results, Theft, Throughput } from './results.ts'
import { percentBack } from './return-report.ts'
import { socketAnswer } from './sockets/answers.ts'
import { socketContenderNames } from './sockets/contenders.ts'
import { formatTable } from './table.ts'

/** What one contender costs and gives, in a few words each. Terminal, page and documents are made of the same. */
export interface Answer {
  readonly pay: readonly Part[]
  readonly get: readonly Part[]
}

interface Part {
  readonly text: string
  /** Left out where a contender has but a line or two. */
  readonly isDetail?: boolean
}

/** The rest of the line, beside the longest name. */
const maxLength = 72

/** What people run today in the place of each of ours. */
const peers: Partial<Record<ContenderName, ContenderName>> = {
  memory: 'express-session-memory',
  redis: 'express-session-redis',
  'redis-cluster': 'express-session-redis',
  'database-sqlite': 'express-session-memory',
  'database-postgres': 'express-session-postgres',
  'database-mariadb': 'express-session-memory',
  level: 'express-session-memory',
  cookie: 'client-sessions',
  'cookie-revocable': 'client-sessions',
}

/** Of each contender that was measured, in the order of the tables. CPU times are above those of none. */
export function answersOf(results: Results): Map<string, Answer> {
  const answers: [name: string, answer: Answer][] = [
    ...contenderNames.map((name): [string, Answer] => [name, answer(results, name)]),
    ...socketContenderNames.map((name): [string, Answer] => [name, socketAnswer(results, name)]),
    ...resgateContenderNames.map((name): [string, Answer] => [name, resgateAnswer(results, name)]),
  ]
  return new Map(answers.filter(([name, { pay, get }]) => name !== 'none' && pay.length + get.length > 0))
}

/** The same in brief: what you pay, then what you get. */
export const describeContenders = (results: Results): [name: string, parts: string[]][] =>
  [...answersOf(results)].map(([name, { pay, get }]) => [
    name,
    [...pay, ...get].filter(({ isDetail = false }) => !isDetail).map(({ text }) => text),
  ])

/** In a line per contender; of all that can be measured, in two. */
export function formatAnswers(results: Results): string[] {
  const lines = describeContenders(results).flatMap(([name, parts]) =>
    fill(parts).map((text, line) => [line === 0 ? name : '', text]),
  )
  if (lines.length === 0) return []
  const table = formatTable('In short: what you pay, in CPU time above none, and what you get', lines, [
    { title: '', cell: ([contender = '']) => contender, align: 'left' },
    { title: '', cell: ([, text = '']) => text, align: 'left' },
  ])
  return [table]
}

function answer(results: Results, contender: ContenderName): Answer {
  const rows = results.restart.filter(row => row.contender === contender)
  return {
    pay: describePrices(results, contender),
    get: [...describeRestart(rows), ...describeCrash(rows, contender), ...describeTheft(results, contender)],
  }
}

/** A restart is what everybody has; without one, the faults that were. */
function describeRestart(rows: readonly Restart[]): Part[] {
  const rowOf = (name: string) => rows.find(({ fault }) => fault === name)
  const killed = rowOf('server-killed')
  const second = rowOf('second-server')
  if (killed === undefined)
    return rows.length === 0
      ? []
      : [{ text: `all still signed in after ${rows.filter(isWhole).length} of ${rows.length} faults` }]
  const isLost = killed.stillSignedIn === 0
  const survives = isWhole(killed) ? 'outlives restarts' : `${percentBack(killed)} outlive a restart`
  return [
    { text: isLost ? 'lost at a restart' : survives },
    ...(second === undefined ? [] : [describeServers(second, isLost)]),
  ]
}

/** The second server that was asked is on the same machine: so is a store in a folder, and only there. */
function describeServers({ contender, stillSignedIn }: Restart, isLost: boolean): Part {
  if (stillSignedIn === 0) return { text: 'one process only', isDetail: isLost }
  return storeOf(contender as ContenderName) === 'folder'
    ? { text: 'any number of processes on one machine' }
    : { text: 'any number of servers', isDetail: true }
}

const storeNames: Partial<Record<string, string>> = {
  redis: 'Redis',
  postgres: 'PostgreSQL',
  mariadb: 'MariaDB',
}

function describeCrash(rows: readonly Restart[], contender: ContenderName): Part[] {
  const killed = rows.find(({ fault }) => fault === 'store-killed')
  const store = storeNames[storeOf(contender) ?? '']
  if (killed === undefined || store === undefined || !holdsSessions(contender)) return []
  const { clients, stillSignedIn, acknowledgedWritesLost } = killed
  const loss = stillSignedIn === clients && acknowledgedWritesLost === 0 ? 'nothing' : 'what came lately'
  return [{ text: `a crash of ${store} as it comes loses ${loss}`, isDetail: true }]
}

const isWhole = ({ stillSignedIn, clients }: Restart) => stillSignedIn === clients

function describeTheft({ theft }: Results, contender: ContenderName): Part[] {
  const isOf = (row: Theft, act: string) => row.contender === contender && row.act === act
  const ends = (act: string) => theft.some(row => isOf(row, act) && row.worksForMs !== null)
  if (!theft.some(row => isOf(row, 'sign-out'))) return []
  if (!ends('sign-out')) return [{ text: 'a stolen cookie outlives sign-out' }]
  return ends('sign-out-everywhere') && ends('password-change')
    ? [{ text: 'sign-out everywhere ends stolen cookies' }]
    : [{ text: 'only its own sign-out ends a stolen cookie' }]
}

function describePrices({ throughput }: Results, contender: ContenderName): Part[] {
  const priceOf = (name: string | undefined, scenario: string): Price | undefined => {
    const row = throughput.find(row => row.contender === name && row.scenario === scenario)
    return row && { inServer: row.overheadMicros.median, inStore: inStoreOf(row) }
  }
  const [read, write] = [priceOf(contender, 'read'), priceOf(contender, 'write')]
  const peer = peers[contender]
  const [all, peersAll] = [totalOf(read), totalOf(priceOf(peer, 'read'))]
  const share = all > 0 && peersAll > 0 ? `, ${(all / peersAll).toFixed(2)} of ${peer}` : ''
  return [
    ...(read === undefined ? [] : [{ text: `${describe(read, 'a page view')}${share}` }]),
    ...(write === undefined ? [] : [{ text: describe(write, 'a change'), isDetail: true }]),
  ]
}

interface Price {
  readonly inServer: number
  readonly inStore: number | null
}

/** Who asks nothing of its store pays for no more than pings. */
const inStoreOf = ({ storeCpuMicros = null, storeRoundTrips }: Throughput) =>
  storeRoundTrips !== null && storeRoundTrips < 0.5 ? null : storeCpuMicros

const totalOf = (price: Price | undefined) =>
  price === undefined ? 0 : price.inServer + (price.inStore ?? 0)

const describe = ({ inServer, inStore }: Price, what: string) =>
  `${inServer.toFixed(1)} µs ${what}${inStore === null ? '' : `, ${inStore.toFixed(1)} in store`}`

/** Parts in as few lines as they need. */
function fill(parts: readonly string[]): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)}; ${part}`
    if (longer.length <= maxLength) lines.splice(-1, 1, longer)
    else lines.push(part)
  }
  return lines
}
