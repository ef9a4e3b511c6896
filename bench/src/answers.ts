import { type ContenderName, contenderNames } from './contenders.ts'
import { describeResgate } from './resgate/answers.ts'
import { resgateContenderNames } from './resgate/contenders.ts'
import { percent } from './restart-report.ts'
import type { Results } from './results.ts'
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
    ...contenderNames.map((name): [string, string[]] => [
      name,
      [priceOf, describeRestart, describeTheft].flatMap(part => part(results, name)),
    ]),
    ...socketContenderNames.map((name): [string, string[]] => [name, describeSockets(results, name)]),
    ...resgateContenderNames.map((name): [string, string[]] => [name, describeResgate(results, name)]),
  ]
  return contenders.filter(([name, parts]) => name !== 'none' && parts.length > 0)
}

/** In a line per contender, or two. */
export function formatAnswers(results: Results): string[] {
  const lines = describeContenders(results).flatMap(([name, parts]) =>
    fill(parts).map((text, line) => [line === 0 ? name : '', text]),
  )
  if (lines.length === 0) return []
  const table = formatTable('In short', lines, [
    { title: '', cell: ([contender = '']) => contender, align: 'left' },
    { title: '', cell: ([, text = '']) => text, align: 'left' },
  ])
  return [table.replace(/\n\s*\n/, '\n')]
}

function priceOf({ throughput }: Results, contender: ContenderName): string[] {
  const readOf = (name: string | undefined) =>
    throughput.find(row => row.contender === name && row.scenario === 'read')
  const read = readOf(contender)
  if (read === undefined) return []
  const price = read.overheadMicros.median
  const peer = readOf(peers[contender])
  const peerPrice = peer?.overheadMicros.median ?? 0
  const share = peerPrice > 0 ? `, ${(price / peerPrice).toFixed(2)} of ${peer?.contender}` : ''
  return [
    `${price.toFixed(1)} µs a page view${share}`,
    `${read.ratioToNone.median.toFixed(2)} of bare Express`,
  ]
}

/** A restart is what everybody has; without one, the faults that were. */
function describeRestart({ restart }: Results, contender: ContenderName): string[] {
  const rows = restart.filter(row => row.contender === contender)
  const killed = rows.find(({ fault }) => fault === 'server-killed')
  if (killed !== undefined)
    return [
      killed.stillSignedIn === 0 ? 'a restart signs everybody out' : `${percent(killed)} survive a restart`,
    ]
  if (rows.length === 0) return []
  const harmless = rows.filter(({ stillSignedIn, clients }) => stillSignedIn === clients)
  return [`all still signed in after ${harmless.length} of ${rows.length} faults`]
}

function describeTheft({ theft }: Results, contender: ContenderName): string[] {
  const rows = theft.filter(row => row.contender === contender)
  if (rows.length === 0) return []
  const ended = rows.filter(({ worksForMs }) => worksForMs !== null)
  return [`${ended.length} of ${rows.length} acts end a copied cookie`]
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
