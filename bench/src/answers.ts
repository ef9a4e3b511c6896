import { type ContenderName, contenderNames } from './contenders.ts'
import { describeResgate } from './resgate/answers.ts'
import { resgateContenderNames } from './resgate/contenders.ts'
import { percent } from './restart-report.ts'
import type { Restart, Results, Theft } from './results.ts'
import { describeSockets } from './sockets/answers.ts'
import { socketContenderNames } from './sockets/contenders.ts'
import { formatTable } from './table.ts'

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

/** For each contender that was measured: what you pay, and what you get, in a few words each. */
export function describeContenders(results: Results): [name: string, parts: string[]][] {
  const contenders: [name: string, parts: string[]][] = [
    ...contenderNames
      .filter(name => name !== 'none')
      .map((name): [string, string[]] => [
        name,
        [priceOf, describeRestart, describeTheft].flatMap(part => part(results, name)),
      ]),
    ...socketContenderNames.map((name): [string, string[]] => [name, describeSockets(results, name)]),
    ...resgateContenderNames.map((name): [string, string[]] => [name, describeResgate(results, name)]),
  ]
  return contenders.filter(([name, parts]) => name !== 'none' && parts.length > 0)
}

/** In a line per contender; of all that can be measured, in two. */
export function formatAnswers(results: Results): string[] {
  const lines = describeContenders(results).flatMap(([name, parts]) =>
    fill(parts).map((text, line) => [line === 0 ? name : '', text]),
  )
  if (lines.length === 0) return []
  const table = formatTable('In short: what you pay, and what you get', lines, [
    { title: '', cell: ([contender = '']) => contender, align: 'left' },
    { title: '', cell: ([, text = '']) => text, align: 'left' },
  ])
  return [table]
}

/** A restart is what everybody has; without one, the faults that were. */
function describeRestart({ restart }: Results, contender: ContenderName): string[] {
  const rows = restart.filter(row => row.contender === contender)
  const rowOf = (name: string) => rows.find(({ fault }) => fault === name)
  const killed = rowOf('server-killed')
  if (killed?.stillSignedIn === 0) return ['lost at a restart']
  if (killed !== undefined) {
    const survives = isWhole(killed) ? 'outlives restarts' : `${percent(killed)} outlive a restart`
    return rowOf('second-server')?.stillSignedIn === 0 ? [survives, 'one server only'] : [survives]
  }
  if (rows.length === 0) return []
  return [`all still signed in after ${rows.filter(isWhole).length} of ${rows.length} faults`]
}

const isWhole = ({ stillSignedIn, clients }: Restart) => stillSignedIn === clients

function describeTheft({ theft }: Results, contender: ContenderName): string[] {
  const ends = (act: string) => theft.some(row => isOf(row, act) && row.worksForMs !== null)
  const isOf = (row: Theft, act: string) => row.contender === contender && row.act === act
  if (!theft.some(row => isOf(row, 'sign-out'))) return []
  if (!ends('sign-out')) return ['a stolen cookie outlives sign-out']
  return ends('sign-out-everywhere') && ends('password-change')
    ? ['sign-out everywhere ends stolen cookies']
    : ['only its own sign-out ends a stolen cookie']
}

function priceOf({ throughput }: Results, contender: ContenderName): string[] {
  const readOf = (name: string | undefined) =>
    throughput.find(row => row.contender === name && row.scenario === 'read')
  const read = readOf(contender)
  if (read === undefined) return []
  const price = read.overheadMicros.median
  const peer = readOf(peers[contender])
  const peerPrice = peer?.overheadMicros.median ?? 0
  const share = price > 0 && peerPrice > 0 ? `, ${(price / peerPrice).toFixed(2)} of ${peer?.contender}` : ''
  return [`${price.toFixed(1)} µs a page view${share}`]
}

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
