import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Afterwards, parseAfterwards } from './afterwards.ts'
import { emptyBytes } from './clients.ts'
import { type ContenderName, contenderNames } from './contenders.ts'
import { type Measurement, measurements, quickMeasurements } from './measurements.ts'
import { type ResgateContenderName, resgateContenderNames } from './resgate/contenders.ts'
import { type SocketContenderName, socketContenderNames } from './sockets/contenders.ts'
import type { Effort } from './throughput.ts'

export interface BenchOptions {
  readonly contenders: readonly ContenderName[]
  readonly socketContenders: readonly SocketContenderName[]
  readonly resgateContenders: readonly ResgateContenderName[]
  readonly measurements: readonly Measurement[]
  /** Of connections, the first of `connections`. */
  readonly effort: Omit<Effort, 'sessionBytes'>
  /** Numbers of connections: `read` is measured with each, all else with the first. */
  readonly connections: readonly [number, ...number[]]
  /** Sizes of session data: `read` is measured with each, all else with the first. */
  readonly bytes: readonly [number, ...number[]]
  /** Requests per second, for `latency`. */
  readonly rates: readonly number[]
  /** Numbers of live sessions, for `scale`. */
  readonly sizes: readonly number[]
  /** Signed in before a fault. */
  readonly clients: number
  /** Open at the same time, for `sockets`; the same number is signed in for `resgate`. */
  readonly sockets: number
  /** The files to write the results to, the first of them into the folder where an unfinished run is kept. */
  readonly files: readonly [string, ...string[]]
  readonly afterwards: Afterwards
}

/**
 * A relative `--json` is taken from `SOJOURN_CWD`, where the command was typed: turbo changes folders.
 *
 * @throws {Error} with a message for the user
 */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      only: { type: 'string' },
      scenario: { type: 'string' },
      bytes: { type: 'string' },
      connections: { type: 'string' },
      rates: { type: 'string', default: '2000,5000' },
      sizes: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up': { type: 'string' },
      clients: { type: 'string' },
      json: { type: 'string' },
      results: { type: 'string', default: 'bench/results' },
      compare: { type: 'string' },
      with: { type: 'string' },
      publish: { type: 'boolean' },
      anyway: { type: 'boolean' },
    },
  })
  const { quick = false, publish = false } = values
  const { full = publish && !quick } = values
  if (full && quick) throw new Error('--quick and --full exclude each other.')
  const allNames = [...new Set([...contenderNames, ...socketContenderNames, ...resgateContenderNames])]
  const connections = sizesOf('--connections', values.connections ?? (full ? '32,1,256' : '32'), 1)
  const only = oneOf('--only', values.only, allNames, allNames)
  return {
    contenders: chosen(contenderNames, only, 'none'),
    socketContenders: chosen(socketContenderNames, only, 'none'),
    resgateContenders: chosen(resgateContenderNames, only, 'resgate-none'),
    measurements: oneOf('--scenario', values.scenario, measurements, full ? measurements : quickMeasurements),
    effort: {
      rounds: whole('--rounds', values.rounds ?? (full ? '11' : '5'), 1),
      seconds: positive('--seconds', values.seconds ?? (full ? '0.3' : '0.2')),
      warmUp: whole('--warm-up', values['warm-up'] ?? (full ? '30000' : '15000'), 1),
      concurrency: connections[0],
    },
    connections,
    bytes: sizesOf('--bytes', values.bytes ?? (full ? '200,1000,3000' : '200'), emptyBytes),
    rates: sizesOf('--rates', values.rates, 1),
    sizes: sizesOf('--sizes', values.sizes ?? `1000,10000,100000${full ? ',1000000' : ''}`, connections[0]),
    clients: whole('--clients', values.clients ?? (full ? '1000' : '200'), 1),
    sockets: whole('--clients', values.clients ?? (full ? '1000' : '400'), 1),
    files: [
      resolve(repository, values.results, 'latest.json'),
      ...(values.json === undefined ? [] : [resolve(process.env.SOJOURN_CWD || repository, values.json)]),
    ],
    afterwards: parseAfterwards(values, positionals),
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
