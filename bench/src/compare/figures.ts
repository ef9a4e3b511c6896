import type { Restart, Spread } from '../results.ts'
import { count } from '../table.ts'
import type { Margin, Value } from './judge.ts'

/** A figure of a row. */
export interface Figure<Row> {
  readonly title: string
  /** Null, if the row has none. */
  readonly of: (row: Row) => Value | null | undefined
  readonly format: (middle: number) => string
  readonly isBetter: 'more' | 'less'
  readonly margin: Margin
  /** Of the rounds, where a row has them. */
  readonly halvesOf?: (row: Row) => readonly [number, number] | undefined
  /** Of this machine, so that it cannot be compared with that of another. */
  readonly isAbsolute?: boolean
  /** How far the machine may have carried it away, of which `unrest` is what it did to `none`: what is less cannot be told. */
  readonly noise?: (unrest: Unrest, rows: readonly Row[]) => Partial<Margin>
}

/** How far apart the rounds of `none` are, as a share of the least: with no sessions to blame, that is the machine's doing. */
export interface Unrest {
  /** Its rates, in this measurement. */
  readonly rate: number
  /** Its CPU time. */
  readonly cpu: number
  /** Its rates, in whatever measurement varied most. */
  readonly worst: number
}

export const to = (digits: number) => (value: number) => value.toFixed(digits)
/** Down, never up: one client who is lost must not read as 100 %. */
const percent = (share: number) => String(Math.floor(1000 * share) / 10)
export const lifetime = (ms: number) =>
  ms === Number.POSITIVE_INFINITY ? 'as long as it lives' : `${count(ms)} ms`

/** What all have that is measured in rounds, against bare Express, ws or NATS. */
export const ofNone: Figure<{ readonly ratioToNone: Spread }> = {
  title: 'of none',
  of: row => row.ratioToNone,
  format: to(2),
  isBetter: 'more',
  margin: { share: 0.05, amount: 0 },
  noise: ({ rate }) => ({ share: rate }),
}

export const overheadAlone: Figure<{
  readonly overheadMicros: Spread
  readonly overheadHalves?: readonly [number, number]
}> = {
  title: 'overhead µs',
  of: row => row.overheadMicros,
  halvesOf: row => row.overheadHalves,
  format: to(1),
  isBetter: 'less',
  margin: { share: 0.1, amount: 1 },
  isAbsolute: true,
}
export const overhead: Figure<{
  readonly overheadMicros: Spread
  readonly overheadHalves?: readonly [number, number]
  readonly cpuMicros: Spread
}> = {
  ...overheadAlone,
  noise: ({ cpu }, rows) => ({ amount: cpu * Math.max(...rows.map(({ cpuMicros }) => cpuMicros.median)) }),
}

export const inStore: Figure<{ readonly storeCpuMicros?: number | null }> = {
  title: 'store µs',
  of: row => row.storeCpuMicros,
  format: to(1),
  isBetter: 'less',
  margin: { share: 0.5, amount: 5 },
  isAbsolute: true,
  noise: ({ cpu }) => ({ share: cpu }),
}

export const trips: Figure<{ readonly storeRoundTrips: number | null }> = {
  title: 'trips',
  of: row => row.storeRoundTrips,
  format: to(1),
  isBetter: 'less',
  margin: { share: 0.1, amount: 0.5 },
}

/** Of all clients, those who were spared. */
export const spared = (title: string, lost: (row: Restart) => number | undefined): Figure<Restart> => ({
  title,
  of(row) {
    const value = lost(row)
    return value === undefined ? null : { part: Math.max(row.clients - value, 0), whole: row.clients }
  },
  format: percent,
  isBetter: 'more',
  margin: { share: 0, amount: 0 },
})

/** A time that was measured once. */
export const once = <Row>(title: string, of: Figure<Row>['of']): Figure<Row> => ({
  title: `${title} s`,
  of,
  format: ms => (ms / 1000).toFixed(1),
  isBetter: 'less',
  margin: { share: 0.5, amount: 1000 },
  isAbsolute: true,
  noise: ({ worst }) => ({ share: worst }),
})
