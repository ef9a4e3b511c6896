import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { eventually } from '@sojourn/testbed'
import { WebSocket } from 'ws'
import type { ClientOptions, ClientStorage } from './index.ts'
import type { Item } from './items.ts'
import { createProfile, openSite, type Profile, signedIn } from './site.fixture.ts'

/** As another process has it: no lock, no channel, and each access takes a while. */
function elsewhere({ storage }: Profile, locks: ClientOptions['locks'] = null): Partial<ClientOptions> {
  const distant: ClientStorage = {
    async read(name) {
      await setTimeout(Math.random() * 3)
      return storage.read(name)
    },
    async write(name, text) {
      await setTimeout(Math.random() * 3)
      await storage.write(name, text)
    },
  }
  return { storage: distant, locks, channel: null }
}

suite('tabs', () => {
  test('that share a key and start at once all get in, again and again', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const first = await signedIn(site.open(profile))
    first.client.close()
    for (let round = 0; round < 10; round++) {
      const tabs = [site.open(profile), site.open(profile), site.open(profile)]
      await Promise.all(tabs.map(tab => tab.is('active', 'alice')))
      await Promise.all(tabs.map(({ client }) => client.renew()))
      for (const { client, states } of tabs) {
        client.close()
        assert.deepEqual(
          states.map(({ name }) => name),
          ['active'],
        )
      }
    }
    assert.deepEqual(site.reused, [])
  })

  test('do so without a lock or a channel as well, by sharing the attempt id', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const first = await signedIn(site.open(profile))
    first.client.close()
    for (let round = 0; round < 10; round++) {
      const tabs = [1, 2, 3].map(() => site.open(profile, elsewhere(profile)))
      await Promise.all(tabs.map(tab => tab.is('active', 'alice')))
      await Promise.all(tabs.map(({ client }) => client.renew()))
      for (const { client } of tabs) client.close()
    }
    assert.deepEqual(site.reused, [])
  })

  test('are not held up by a frozen one that has the lock', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const first = await signedIn(site.open(profile))
    first.client.close()
    const frozen = { request: () => new Promise<never>(() => {}) }
    const timed: number[] = []
    const timers = {
      setTimeout(work: () => void, ms: number) {
        timed.push(ms)
        return globalThis.setTimeout(work, ms === 3000 ? 1 : ms)
      },
      clearTimeout,
    }
    const tab = site.open(profile, { ...elsewhere(profile, frozen), timers })
    await tab.is('active', 'alice')
    assert.ok(timed.includes(3000))
    const other = site.open(profile, elsewhere(profile))
    await other.is('active', 'alice')
    assert.deepEqual(site.reused, [])
  })

  test('renew a key once, not once each', async () => {
    let time = Date.UTC(2100, 0, 1)
    const now = () => time
    await using site = await openSite({ now })
    const profile = createProfile()
    const events = [new EventTarget(), new EventTarget()]
    const tabs = events.map(events => site.open(profile, { now, events }))
    const [one, two] = tabs
    assert.ok(one && two)
    await one.client.ready
    await two.client.ready
    await signedIn(one)
    await two.is('active', 'alice')
    const before = profile.item()
    time += 60_000
    for (const target of events) target.dispatchEvent(new Event('online'))
    const { promise: turn, resolve } = Promise.withResolvers<void>()
    await navigator.locks.request(profile.name, async () => resolve())
    await turn
    await navigator.locks.request(profile.name, async () => {})
    const count = tabs.map(
      ({ wire }) => wire.sent.filter(([, , key]) => `${key}`.startsWith(`${before?.key}.`)).length,
    )
    assert.deepEqual(count.sort(), [0, 1])
    assert.equal(profile.item()?.version, (before?.version ?? 0) + 1)
  })

  test('that are anonymous or out follow the one that signs in', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const tab = site.open(profile)
    const other = site.open(profile)
    await tab.is('anonymous')
    await other.is('anonymous')
    await signedIn(tab)
    await other.is('active', 'alice')
    await site.strategy.revoker?.revokeAll('alice')
    await tab.is('ended', 'revoked')
    await other.is('ended', 'revoked')
    await signedIn(tab, 'bob')
    await other.is('active', 'bob')
    assert.deepEqual(site.reused, [])
  })

  test('that were in the session stay in it when another one signs in, even if that is slow to store its key', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const slow: ClientStorage = {
      read: name => profile.storage.read(name),
      async write(name, text) {
        if (text?.includes('alice')) await setTimeout(200)
        await profile.storage.write(name, text)
      },
    }
    const tab = site.open(profile, { storage: slow, locks: null })
    await tab.client.ask('put', 'milk')
    const other = site.open(profile)
    await other.is('anonymous')
    assert.equal(await other.client.ask('read'), 'milk')
    await signedIn(tab)
    await other.is('active', 'alice')
    assert.ok(other.wire.closed.includes(4409))
    assert.ok(!other.states.some(({ name }) => name === 'ended'))
    assert.equal(await other.client.ask('read'), 'milk')
  })

  test('all say why when their session ends', async () => {
    for (const why of ['reuse', 'revoked'] as const) {
      await using site = await openSite()
      const profile = createProfile()
      const one = await signedIn(site.open(profile))
      const tabs = [one, site.open(profile), site.open(profile)]
      for (const tab of tabs) await tab.is('active', 'alice')
      await one.client.renew() // Now the others hold an older key than what is stored.
      if (why === 'revoked') await site.strategy.revoker?.revokeAll('alice')
      else {
        const copy = createProfile()
        await copy.storage.write(`${copy.name}:default`, JSON.stringify(profile.item()))
        await site.open(copy).is('active', 'alice')
        await one.client.renew()
      }
      for (const tab of tabs) await tab.is('ended', why)
      assert.equal(profile.item(), null)
    }
  })

  test('say so as well where one finds nothing stored any more, after it was told', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const stored = `${profile.name}:default`
    let isStale = false
    const elsewhere: ClientStorage = {
      read: name => profile.storage.read(name),
      async write(name, text) {
        // Somebody else removes the key between this tab's last look and its next.
        if (!isStale || text !== null) await profile.storage.write(name, text)
      },
    }
    const tab = await signedIn(site.open(profile, { storage: elsewhere, locks: null }))
    const newer = { ...profile.item(), key: 'newer' }
    await profile.storage.write(stored, JSON.stringify(newer))
    isStale = true
    tab.client.onState(({ name }) => {
      if (name === 'connecting') void profile.storage.write(stored, null)
    })
    await site.strategy.revoker?.revokeAll('alice')
    await tab.is('ended', 'revoked')
  })

  test('that wake late leave alone what another has signed in meanwhile', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const tab = await signedIn(site.open(profile))
    const kept: (() => void)[] = []
    let isFrozen = false
    class Freezing extends WebSocket {
      override emit(event: string | symbol, ...args: unknown[]): boolean {
        if (!isFrozen || (event !== 'message' && event !== 'close')) return super.emit(event, ...args)
        kept.push(() => super.emit(event, ...args))
        return true
      }
    }
    const other = site.open(profile, { WebSocket: Freezing, locks: null, channel: null })
    await other.is('active', 'alice')
    isFrozen = true
    void other.client.renew()
    await eventually(() => kept.length === 1)
    await tab.client.ask('sign-out')
    await signedIn(tab, 'bob')
    const { key } = profile.item() as Item
    isFrozen = false
    for (const wake of kept) wake()
    await other.is('active', 'bob')
    assert.deepEqual(await tab.client.renew(), { name: 'active', userId: 'bob' })
    assert.equal(profile.item()?.userId, 'bob')
    assert.notEqual(profile.item()?.key, key)
    assert.deepEqual(site.reused, [])
  })
})
