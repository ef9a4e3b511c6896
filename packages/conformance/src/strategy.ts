import assert from 'node:assert/strict'
import {
  type Credential,
  createSessions,
  createStoredStrategy,
  type SessionRecord,
  type SessionStrategy,
  type Sessions,
  type StoredStrategyOptions,
} from '@sojourn/core'
import { Client } from './client.ts'
import { type Clock, createClock } from './clock.ts'
import { createPlace, type Law, type Laws, testLaws } from './law.ts'
import { createRecord, hourMs, minuteMs } from './record.ts'
import type { StoreHarness } from './store.ts'
import { credentialLaws } from './strategy-laws/credentials.ts'
import { directoryLaws } from './strategy-laws/directory.ts'
import { eventLaws } from './strategy-laws/events.ts'
import { expiryLaws } from './strategy-laws/expiry.ts'
import { parallelLaws } from './strategy-laws/parallel.ts'
import { revocationLaws } from './strategy-laws/revocation.ts'
import { saveLaws } from './strategy-laws/saves.ts'
import { traitLaws } from './strategy-laws/traits.ts'
import { visitLaws } from './strategy-laws/visits.ts'

export interface StrategyHarness {
  /**
   * Starts on `place` what one process needs, and returns what makes strategies of it: they all have the same
   * records, and each has secrets of its own, newest first. For places see `StoreHarness`.
   */
  open(options: { readonly now: () => number; readonly place: string }): Promise<StrategyMaker>
}

/** What a strategy over a store is made of. */
export type StrategyOptions = Required<Pick<StoredStrategyOptions, 'store' | 'keys' | 'now' | 'timeoutMs'>>

/** A busy machine breaks no law: none is about how long a store takes. */
export const patientMs = 30_000

export type StrategyMaker = (keys: readonly string[]) => SessionStrategy

/** The harness of a strategy over a store, from that of the store. */
export function createStoredHarness(
  stores: StoreHarness,
  create: (options: StrategyOptions) => SessionStrategy = createStoredStrategy,
): StrategyHarness {
  return {
    async open({ now, place }) {
      const store = await stores.open({ now, place })
      return keys => create({ store, keys, now, timeoutMs: patientMs })
    },
  }
}

/** What a strategy law is tried on. */
export interface StrategyTrial {
  readonly strategy: SessionStrategy
  readonly clock: Clock
  /** The same records, under other secrets. */
  withKeys(...keys: string[]): SessionStrategy
  /** Ends the process of this strategy, and starts the next. */
  restart(): Promise<SessionStrategy>
  /** This strategy, as a second server has it. */
  second(): Promise<SessionStrategy>
  /** Saves a new session. */
  begin(fields?: Partial<SessionRecord>): Promise<Begun>
  /** A client of a server that has `strategy`, sessions of an hour without use and three in all. */
  client(options?: { readonly strategy?: SessionStrategy; readonly credential?: Credential | null }): Client
}

export interface Begun {
  readonly record: SessionRecord
  readonly credential: Credential
}

export const secret = 'the secret of the suite, which has more than 32 bytes'
export const newSecret = 'the secret that follows it, which has as many bytes'

/** All that a strategy promises; the text of the law is `strategy.ts` of core. */
export function strategyLaws(harness: StrategyHarness): Law[] {
  return Object.entries(laws).map(([name, law]) => ({
    name,
    async check() {
      await using opened = new AsyncDisposableStack()
      const clock = createClock()
      const { now } = clock
      const place = createPlace()
      const open = async () => {
        const make = await harness.open({ now, place })
        const strategy = make([secret])
        const life = opened.use(new AsyncDisposableStack())
        life.defer(() => strategy.close())
        return { make, strategy, life }
      }
      const { make, strategy, life } = await open()
      const served = new Map<SessionStrategy, Sessions>()
      const sessionsOf = (strategy: SessionStrategy) => {
        const times = { idleMs: hourMs, deadlineMs: 3 * hourMs, touchMs: minuteMs, now }
        const sessions = served.get(strategy) ?? createSessions({ strategy, ...times })
        served.set(strategy, sessions)
        return sessions
      }
      await law({
        strategy,
        clock,
        withKeys: (...keys) => make(keys),
        async restart() {
          await life.disposeAsync()
          return (await open()).strategy
        },
        second: async () => (await open()).strategy,
        async begin(fields) {
          const { record, credential } = await saveWell(strategy, createRecord(now(), fields))
          assert.ok(credential, 'the first save gives no credential')
          return { record, credential }
        },
        client({ strategy: other = strategy, credential = null } = {}) {
          return new Client(sessionsOf(other), credential)
        },
      })
    },
  }))
}

/** A save that nothing stands in the way of. */
export async function saveWell(strategy: SessionStrategy, record: SessionRecord, { reissue = false } = {}) {
  const saved = await strategy.save(Object.freeze(record), { reissue })
  assert.ok(saved.ok, 'a save was refused, though nobody saved since')
  return saved
}

/** Registers the laws as tests. */
export function testStrategy(name: string, harness: StrategyHarness): void {
  testLaws(`${name}: a strategy`, strategyLaws(harness))
}

const laws: Laws<StrategyTrial> = {
  ...credentialLaws,
  ...saveLaws,
  ...expiryLaws,
  ...revocationLaws,
  ...directoryLaws,
  ...traitLaws,
  ...visitLaws,
  ...parallelLaws,
  ...eventLaws,
}
