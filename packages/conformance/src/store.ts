import type { SessionRecord, SessionStore } from '@sojourn/core'
import { type Clock, createClock } from './clock.ts'
import { createPlace, type Law, type Laws, testLaws } from './law.ts'
import { createRecord } from './record.ts'
import { modelLaws } from './store-laws/model.ts'
import { recordLaws } from './store-laws/records.ts'
import { removalLaws } from './store-laws/removal.ts'
import { traitLaws } from './store-laws/traits.ts'
import { userLaws } from './store-laws/users.ts'
import { versionLaws } from './store-laws/versions.ts'

export interface StoreHarness {
  /**
   * A store on `place`: a name of `[a-z0-9]` made up for one law, to use as key prefix, schema or folder. A place
   * is opened again to see it as the next process does, or, while it is open, as a second server does. It may
   * reject where a place can be open only once.
   */
  open(options: { readonly now: () => number; readonly place: string }): Promise<SessionStore>
}

/** What a store law is tried on. */
export interface StoreTrial {
  readonly store: SessionStore
  readonly clock: Clock
  /** A record as its first write has it. */
  record(fields?: Partial<SessionRecord>): SessionRecord
  /** Ends this store, and opens it as the next process does. */
  restart(): Promise<SessionStore>
  /** This store, as a second server has it. */
  second(): Promise<SessionStore>
}

/** All that a store promises; the text of the law is `store.ts` of core. */
export function storeLaws(harness: StoreHarness): Law[] {
  return Object.entries(laws).map(([name, law]) => ({
    name,
    async check() {
      await using opened = new AsyncDisposableStack()
      const clock = createClock()
      const place = createPlace()
      const open = async () => {
        const store = await harness.open({ now: clock.now, place })
        const life = opened.use(new AsyncDisposableStack())
        life.defer(() => store.close())
        return { store, life }
      }
      const { store, life } = await open()
      await law({
        store,
        clock,
        record: fields => createRecord(clock.now(), { version: 1, ...fields }),
        async restart() {
          await life.disposeAsync()
          return (await open()).store
        },
        second: async () => (await open()).store,
      })
    },
  }))
}

/** Registers the laws as tests. */
export function testStore(name: string, harness: StoreHarness): void {
  testLaws(`${name}: a store`, storeLaws(harness))
}

const laws: Laws<StoreTrial> = {
  ...recordLaws,
  ...versionLaws,
  ...userLaws,
  ...removalLaws,
  ...traitLaws,
  ...modelLaws,
}
