import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { SessionRecord, SessionStore } from '@sojourn/core'
import { createMemoryStore } from '@sojourn/memory'
import { eventually } from '@sojourn/testbed'
import type { ClientStorage } from './index.ts'
import type { Item } from './items.ts'
import { startShop } from './shop.fixture.ts'
import { createProfile, openSite, signedIn } from './site.fixture.ts'
import { createTime } from './time.fixture.ts'

suite('on a bad network', () => {
  test('an answer that was lost is asked for again, and is the same', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const tab = await signedIn(site.open(profile))
    const lost: string[] = []
    tab.wire.onReceive = ([kind, , session]) => {
      if (kind !== 'presented' || lost.length === 3) return false
      lost.push(session.credential)
      tab.wire.cut()
      return true
    }
    await tab.client.renew()
    assert.equal(await tab.client.ask('who'), 'alice')
    assert.equal(lost.length, 3)
    assert.deepEqual(new Set([...lost, profile.item()?.key]).size, 1)
    assert.ok(!tab.states.some(({ name }) => name === 'ended'))
    assert.deepEqual(site.reused, [])
    await tab.client.renew()
    assert.notEqual(profile.item()?.key, lost[0])
  })

  test('a key is sent together with an attempt id that was written down first', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const tab = await signedIn(site.open(profile))
    let written: string | undefined
    tab.wire.onSend = ([kind, , credential]) => {
      const item = profile.item()
      if (kind === 'present') {
        assert.match(item?.attempt ?? '', /^[0-9-]{4,64}$/)
        written = credential === `${item?.key}.${item?.attempt}` ? item?.attempt : undefined
      }
      return false
    }
    await tab.client.renew()
    const first = written
    assert.ok(first)
    assert.equal(profile.item()?.attempt, undefined, 'dropped with the answer')
    await tab.client.renew()
    assert.ok(written)
    assert.notEqual(written, first)
  })

  test('pages that are left while they present lose nothing', async () => {
    await using site = await openSite()
    const profile = createProfile()
    await signedIn(site.open(profile))
    for (const left of ['before it went out', 'before the answer came'] as const) {
      for (let page = 0; page < 3; page++) {
        const tab = site.open(profile)
        let isLeft = false
        const leave = ([kind]: unknown[]) => {
          if (kind !== 'present' && kind !== 'presented') return false
          tab.client.close()
          isLeft = true
          return true
        }
        if (left === 'before it went out') tab.wire.onSend = leave
        else tab.wire.onReceive = leave
        await eventually(() => isLeft)
      }
    }
    const tab = site.open(profile)
    assert.deepEqual(await tab.client.ready, { name: 'active', userId: 'alice' })
    assert.deepEqual(site.reused, [])
  })

  test('a server that is killed while it is presented to, before and after it wrote, costs nobody the session', async () => {
    await using shop = await startShop()
    const profile = createProfile()
    const tab = shop.open(profile)
    await signedIn(tab)
    let when: 'present' | 'presented' | null = null
    const kill = ([kind]: unknown[]) => {
      if (kind !== when) return false
      when = null
      shop.kill()
      return kind === 'presented'
    }
    tab.wire.onSend = kill
    tab.wire.onReceive = kill
    for (const moment of ['present', 'presented', 'present', 'presented'] as const) {
      when = moment
      const renewed = tab.client.renew()
      await eventually(() => when === null)
      await shop.start()
      assert.deepEqual(await renewed, { name: 'active', userId: 'alice' })
    }
    assert.equal(await tab.client.ask('who'), 'alice')
    assert.ok(!tab.states.some(({ name }) => name === 'ended'))
  })

  test('a store that fails for a while costs nobody the session', async () => {
    const inner = createMemoryStore()
    let isDown = false
    const down = async () => {
      throw new Error('down')
    }
    const store: SessionStore = Object.assign(Object.create(inner), {
      ...{ name: 'memory', traits: { durable: false, shared: false } },
      read: (id: string) => (isDown ? down() : inner.read(id)),
      write: (record: never) => (isDown ? down() : inner.write(record)),
      onRemoved: (listener: never) => inner.onRemoved(listener),
      listByUser: (userId: string) => inner.listByUser(userId),
      remove: (id: string) => inner.remove(id),
      close: () => inner.close(),
    })
    await using site = await openSite({ store })
    const profile = createProfile()
    const tab = await signedIn(site.open(profile))
    const key = profile.item()?.key
    isDown = true
    await tab.client.renew()
    const attempt = profile.item()?.attempt
    assert.ok(attempt)
    await eventually(() => tab.wire.received.filter(([, , code]) => code === 'store_unavailable').length >= 3)
    assert.deepEqual(tab.client.state, { name: 'active', userId: 'alice' }, 'as before')
    assert.deepEqual([profile.item()?.key, profile.item()?.attempt], [key, attempt])
    isDown = false
    await eventually(() => profile.item()?.key !== key)
    assert.deepEqual(tab.client.state, { name: 'active', userId: 'alice' })
    const presented = tab.wire.sent.filter(
      ([kind, , credential]) => kind === 'present' && credential !== null,
    )
    assert.deepEqual(new Set(presented.map(([, , credential]) => credential)), new Set([`${key}.${attempt}`]))
  })

  test('a store that failed over and lost writes goes on with the key, and a thief is still found', async () => {
    const records = new Map<string, SessionRecord>()
    const saved: SessionRecord[] = []
    const store: SessionStore = {
      ...{ name: 'memory', traits: { durable: false, shared: false } },
      read: async id => records.get(id) ?? null,
      async write(record) {
        if ((records.get(record.id)?.version ?? 0) !== record.version - 1) return false
        records.set(record.id, record)
        saved.push(record)
        return true
      },
      remove: async id => void records.delete(id),
      listByUser: async () => [],
      onRemoved: () => () => {},
      close: async () => {},
    }
    await using site = await openSite({ store })
    const profile = createProfile()
    const tab = await signedIn(site.open(profile))
    for (let n = 0; n < 6; n++) await tab.client.ask('put', `${n}`)
    await tab.client.renew()
    tab.client.close()
    const version = profile.item()?.version ?? 0
    const earlier = saved.at(-5)
    assert.ok(earlier)
    records.set(earlier.id, earlier)

    const again = site.open(profile)
    await again.is('active', 'alice')
    assert.ok((profile.item()?.version ?? version) < version, 'a lower version, and yet the later key')
    assert.equal(profile.item()?.attempt, undefined)
    await again.client.ask('sign-in', 'alice')
    again.client.close()
    const last = site.open(profile)
    await last.is('active', 'alice')
    assert.deepEqual(site.reused, [])

    const copy = createProfile()
    await copy.storage.write(`${copy.name}:default`, JSON.stringify(profile.item()))
    await site.open(copy).is('active', 'alice')
    assert.deepEqual(await last.client.renew(), { name: 'ended', why: 'reuse' })
  })

  test('a key that the storage does not take is kept until it does, and renewed', async t => {
    t.mock.method(console, 'error', () => {})
    for (const how of ['renewed', 'signed in'] as const) {
      const time = createTime()
      await using site = await openSite({ now: time.now })
      const profile = createProfile()
      let failures = 0
      const storage: ClientStorage = {
        read: name => profile.storage.read(name),
        write(name, text) {
          if (text && !JSON.parse(text).attempt && failures-- > 0) throw new Error('quota')
          return profile.storage.write(name, text)
        },
      }
      const tab = await signedIn(site.open(profile, { ...time, storage, pingMs: 1e9 }))
      const { key } = profile.item() as Item
      failures = 3
      if (how === 'renewed') await tab.client.renew()
      else await tab.client.ask('sign-in', 'bob')
      const userId = how === 'renewed' ? 'alice' : 'bob'
      assert.deepEqual(tab.client.state, { name: 'active', userId })
      assert.equal(profile.item()?.key, key)
      const failedAt = time.now()
      await eventually(() => {
        time.advance(50)
        return profile.item()?.key !== key
      })
      assert.ok(time.now() - failedAt < 30_000, 'before the next renewal')
      assert.equal(profile.item()?.userId, userId)
      const stored = profile.item()?.key
      await eventually(() => time.pending.some(ms => ms > 50_000 && ms <= 60_000))
      time.advance(60_000)
      await eventually(() => profile.item()?.key !== stored)
      tab.client.close()
      const again = site.open(profile, time)
      await again.is('active', userId)
      assert.deepEqual(site.reused, [])
    }
  })
})
