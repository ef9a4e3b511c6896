import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { createStoredStrategy, SessionError, type SessionStore, type StoredStrategy } from '@sojourn/core'
import { createPlace, type Law, type Laws } from './law.ts'
import { createRecord } from './record.ts'

/** A real server that a test can harm. What it acknowledged outlives a kill. */
export interface FaultyServer extends AsyncDisposable {
  readonly url: string
  kill(): Promise<void>
  /** Until it answers. */
  restart(): Promise<void>
  freeze(): void
  thaw(): void
}

/** The way to a server, which a test can harm. */
export interface FaultyNetwork extends AsyncDisposable {
  /** Of the server, by this way. */
  readonly url: string
  /** Closes all connections, and refuses new ones. */
  cut(): void
  /** Nothing passes any more, and nothing is closed. */
  blackHole(): void
  /** New connections pass again. */
  heal(): void
}

export interface FaultHarness {
  startServer(): Promise<FaultyServer>
  startNetwork(server: { readonly url: string }): Promise<FaultyNetwork>
  /** Makes what a store on `place` needs before it is first opened. */
  prepare?(options: StoreAddress): Promise<void>
  /** Must open a store on a server that is down, too. For places see `StoreHarness`. */
  open(options: StoreAddress): Promise<SessionStore>
}

export interface StoreAddress {
  readonly url: string
  readonly place: string
}

/** What a fault law is tried on. */
interface FaultTrial {
  readonly server: FaultyServer
  readonly network: FaultyNetwork
  /** A strategy of one process, and its store. */
  open(url: string): Promise<Opened>
  /** What `attempt` comes to, once it does. */
  untilItWorks<T>(attempt: () => Promise<T>): Promise<T>
}

interface Opened {
  readonly strategy: StoredStrategy
  readonly store: SessionStore
}

const timeoutMs = 500
const secret = 'the secret of the suite, which has more than 32 bytes'

/** Registers what every store with a server promises of its faults: ridden out, coded, and nothing lost. */
export function testFaults(name: string, harness: FaultHarness): void {
  suite(`${name}: a store with a server`, () => {
    for (const { name, check } of faultLaws(harness)) test(name, check)
  })
}

/** @param patienceMs how long a store may take to come back: a client may wait some seconds between two tries */
export function faultLaws(harness: FaultHarness, { patienceMs = 20_000 } = {}): Law[] {
  return Object.entries(laws).map(([name, law]) => ({
    name,
    async check() {
      await using server = await harness.startServer()
      await using network = await harness.startNetwork(server)
      await using opened = new AsyncDisposableStack()
      const place = createPlace()
      await harness.prepare?.({ url: server.url, place })
      await law({
        server,
        network,
        async open(url) {
          const store = await harness.open({ url, place })
          const strategy = createStoredStrategy({ store, keys: [secret], timeoutMs })
          opened.defer(() => strategy.close().catch(() => {})) // its server may be gone
          return { strategy, store }
        },
        untilItWorks: attempt => untilItWorks(attempt, patienceMs),
      })
    },
  }))
}

const laws: Laws<FaultTrial> = {
  async 'a server that is down at the start is used once it is there'({ server, open, untilItWorks }) {
    await server.kill()
    const { strategy } = await open(server.url)
    await assertUnavailable(begin(strategy))
    await server.restart()
    await untilItWorks(() => begin(strategy))
  },

  async 'a server that dies under load loses nothing that it acknowledged'({ server, open, untilItWorks }) {
    const { strategy } = await open(server.url)
    const credentials = await untilItFails(strategy, 20, () => server.kill())
    await server.restart()
    const [first, ...others] = credentials as [string, ...string[]]
    assert.ok(await untilItWorks(() => strategy.resume(first)), 'an acknowledged session is lost')
    for (const credential of others) {
      assert.ok(await untilItWorks(() => strategy.resume(credential)), 'an acknowledged session is lost')
    }
  },

  async 'a server that hangs keeps nobody waiting, and is used once it goes on'({
    server,
    open,
    untilItWorks,
  }) {
    const { strategy, store } = await open(server.url)
    const { credential, id } = await begin(strategy)
    server.freeze()
    try {
      await assertUnavailable(
        strategy.resume(credential),
        begin(strategy),
        strategy.directory.find(id),
        strategy.directory.list('alice'),
        strategy.revoker.revoke('another'),
      )
    } finally {
      server.thaw()
    }
    assert.equal((await untilItWorks(() => strategy.resume(credential)))?.record.id, id)
    assert.equal((await store.read(id))?.userId, 'alice')
  },

  async 'connections that are cut are made anew'({ network, open, untilItWorks }) {
    const { strategy } = await open(network.url)
    const { credential, id } = await begin(strategy)
    network.cut()
    await assertUnavailable(strategy.resume(credential))
    network.heal()
    assert.equal((await untilItWorks(() => strategy.resume(credential)))?.record.id, id)
  },

  async 'connections that fall silent keep nobody waiting, and are made anew'({
    network,
    open,
    untilItWorks,
  }) {
    const { strategy } = await open(network.url)
    const { credential, id } = await begin(strategy)
    network.blackHole()
    await assertUnavailable(strategy.resume(credential), begin(strategy))
    network.heal()
    assert.equal((await untilItWorks(() => strategy.resume(credential)))?.record.id, id)
  },

  async 'removals are told in other processes, also after the server was restarted'({
    server,
    open,
    untilItWorks,
  }) {
    const { store: told } = await open(server.url)
    const { strategy } = await open(server.url)
    const ids = new Set<string>()
    told.onRemoved(id => void ids.add(id))
    const isTold = async () => {
      const { id } = await begin(strategy)
      await strategy.revoker.revoke(id)
      await until(() => ids.has(id), 1000)
    }
    await untilItWorks(isTold)
    await server.restart()
    await untilItWorks(isTold)
  },
}

async function begin(strategy: StoredStrategy): Promise<{ id: string; credential: string }> {
  const record = createRecord(Date.now(), { userId: 'alice' })
  const saved = await strategy.save(record, { reissue: false })
  assert.ok(saved.ok && saved.credential, 'a new session was not saved')
  return { id: record.id, credential: saved.credential }
}

/** Each fails with the code of a store that cannot be reached, and with no other error. */
async function assertUnavailable(...asked: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(asked)) {
    assert.equal(outcome.status, 'rejected', 'it was answered, though the server cannot be reached')
    assertCoded(outcome.reason)
  }
}

function assertCoded(error: unknown): void {
  assert.ok(error instanceof SessionError && error.code === 'store_unavailable', `without a code: ${error}`)
}

/** Begins sessions, eight at a time, while `harm` strikes after the first `count`; returns those acknowledged. */
async function untilItFails(strategy: StoredStrategy, count: number, harm: () => Promise<void>) {
  const credentials: string[] = []
  let harming: Promise<void> | null = null
  const work = async () => {
    for (;;) {
      const begun = await begin(strategy).catch(assertCoded)
      if (begun === undefined) return
      credentials.push(begun.credential)
      if (credentials.length >= count) harming ??= harm()
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  await harming
  return credentials
}

async function untilItWorks<T>(attempt: () => Promise<T>, patienceMs: number): Promise<T> {
  const end = performance.now() + patienceMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      assert.ok(performance.now() < end, `still does not work after ${patienceMs} ms: ${error}`)
      await setTimeout(pollMs)
    }
  }
}

async function until(condition: () => boolean, patienceMs: number): Promise<void> {
  const end = performance.now() + patienceMs
  while (!condition()) {
    assert.ok(performance.now() < end, 'was not told')
    await setTimeout(pollMs)
  }
}

const pollMs = 20
