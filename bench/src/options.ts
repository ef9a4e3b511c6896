import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type ContenderName, contenderNames } from './contenders.ts'
import { faultNames } from './faults.ts'
import { type ResgateContenderName, resgateContenderNames } from './resgate/contenders.ts'
import { resgateFaultNames } from './resgate/faults.ts'
import { type SocketContenderName, socketContenderNames } from './sockets/contenders.ts'
import { socketFaultNames } from './sockets/faults.ts'
import { wrapAfter } from './table.ts'
import { type Effort, emptyBytes } from './throughput.ts'

const quickMeasurements = [
  'read',
  'write',
  'anonymous',
  'sockets',
  'resgate',
  'server-killed',
  'second-server',
  'service-killed',
] as const
export const measurements = [
  ...new Set([
    ...quickMeasurements,
    'first-read' as const,
    ...faultNames,
    ...socketFaultNames,
    ...resgateFaultNames,
    ...(['theft', 'scale'] as const),
  ]),
]
export type Measurement = (typeof measurements)[number]

export interface BenchOptions {
  readonly contenders: readonly ContenderName[]
  readonly socketContenders: readonly SocketContenderName[]
  readonly resgateContenders: readonly ResgateContenderName[]
  readonly measurements: readonly Measurement[]
  readonly effort: Omit<Effort, 'sessionBytes'>
  /** Sizes of session data: `read` is measured with each, all else with the first. */
  readonly bytes: readonly [number, ...number[]]
  /** Numbers of live sessions, for `scale`. */
  readonly sizes: readonly number[]
  /** Signed in before a fault. */
  readonly clients: number
  /** The same, of clients that come through Resgate. */
  readonly pages: number
  /** The files to write the results to. */
  readonly files: readonly string[]
}

const concurrency = 32

const allNames = [...new Set([...contenderNames, ...socketContenderNames, ...resgateContenderNames])]

const optionTexts = {
  '--quick': `about seven minutes: ${quickMeasurements.join(', ')} (default)`,
  '--full': 'more and longer rounds, more sizes and measurements: all below',
  '--only a,b': `these contenders: ${allNames.join(', ')}`,
  '--scenario a,b': `these measurements: ${measurements.join(', ')}`,
  '--bytes a,b':
    'sizes of session data: read is measured with each, all else with the first (200, with --full 200,1000,3000)',
  '--sizes a,b': 'numbers of live sessions, for scale (1000,1000000)',
  '--rounds N': 'how often each contender is measured (3, with --full 9)',
  '--seconds S': 'how long, each time (1, with --full 4)',
  '--clients N':
    'how many are signed in before a fault, and have open sockets (1000; through Resgate 200, with --full 1000)',
  '--json FILE': 'writes the results there too',
  '--results FOLDER': 'keeps latest.json there (bench/results)',
}

export const usage = [
  'npm run bench -- [options]\n\n',
  ...Object.entries(optionTexts).map(([option, text]) => wrapAfter(`  ${option.padEnd(18)}`, text, 21)),
].join('')

/**
 * A relative `--json` is taken from `SOJOURN_CWD`, where the command was typed: turbo changes folders.
 *
 * @throws {Error} with a message for the user
 */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      only: { type: 'string' },
      scenario: { type: 'string' },
      bytes: { type: 'string' },
      sizes: { type: 'string', default: '1000,1000000' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      clients: { type: 'string' },
      json: { type: 'string' },
      results: { type: 'string', default: 'bench/results' },
    },
  })
  const { full = false, quick = false } = values
  if (full && quick) throw new Error('--quick and --full exclude each other.')
  const only = oneOf('--only', values.only, allNames, allNames)
  return {
    contenders: chosen(contenderNames, only, 'none'),
    socketContenders: chosen(socketContenderNames, only, 'none'),
    resgateContenders: chosen(resgateContenderNames, only, 'resgate-none'),
    measurements: oneOf('--scenario', values.scenario, measurements, full ? measurements : quickMeasurements),
    effort: {
      rounds: whole('--rounds', values.rounds ?? (full ? '9' : '3'), 1),
      seconds: positive('--seconds', values.seconds ?? (full ? '4' : '1')),
      concurrency,
    },
    bytes: sizesOf('--bytes', values.bytes ?? (full ? '200,1000,3000' : '200'), emptyBytes),
    sizes: sizesOf('--sizes', values.sizes, concurrency),
    clients: whole('--clients', values.clients ?? '1000', 1),
    pages: whole('--clients', values.clients ?? (full ? '1000' : '200'), 1),
    files: [
      resolve(repository, values.results, 'latest.json'),
      ...(values.json === undefined ? [] : [resolve(process.env.SOJOURN_CWD || repository, values.json)]),
    ],
  }
}

/** Those of `names` that are asked for, and with them what they are compared with. */
function chosen<T extends string>(names: readonly T[], only: readonly string[], limit: T): T[] {
  const asked = names.filter(name => only.includes(name))
  return asked.length === 0 ? [] : names.filter(name => name === limit || asked.includes(name))
}

function oneOf<T extends string>(
  option: string,
  list: string | undefined,
  known: readonly T[],
  all: readonly T[],
): T[] {
  const names = list?.split(',') ?? all
  const unknown = names.find(name => !known.includes(name as T))
  if (unknown !== undefined)
    throw new Error(`${option}: there is no ${unknown}; choose from ${known.join(', ')}.`)
  return names as T[]
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value)) return value
  throw new Error(`${option} takes a positive number, not ${text}.`)
}

function whole(option: string, text: string, least: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least) return value
  throw new Error(`${option} takes whole numbers from ${least} on, not ${text}.`)
}

const sizesOf = (option: string, list: string, least: number) =>
  list.split(',').map(size => whole(option, size, least)) as [number, ...number[]]

const repository = fileURLToPath(new URL('../..', import.meta.url))
