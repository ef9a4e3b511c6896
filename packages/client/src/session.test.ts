import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { eventually } from '@sojourn/testbed'
import { WebSocket } from 'ws'
import type { ClientStorage } from './index.ts'
import { createProfile, openSite, signedIn } from './site.fixture.ts'

suite('a client', () => {
  test('is anonymous, signs in, and is still signed in when its page is loaded again', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const first = site.open(profile)
    assert.deepEqual(first.client.state, { name: 'connecting' })
    assert.deepEqual(await first.client.ready, { name: 'anonymous' })
    assert.equal(profile.item(), null)
    await first.client.ask('sign-in', 'alice')
    assert.deepEqual(first.client.state, { name: 'active', userId: 'alice' }, 'told before the answer')
    const before = profile.item()
    assert.ok(before?.key, 'and stored')
    first.client.close()

    const again = site.open(profile)
    assert.deepEqual(await again.client.ready, { name: 'active', userId: 'alice' })
    assert.equal(await again.client.ask('who'), 'alice')
    const after = profile.item()
    assert.notEqual(after?.key, before.key)
    assert.equal(after?.session, before.session)
    assert.equal(after?.attempt, undefined)
    assert.deepEqual(site.reused, [])
  })

  test('asks, tells and listens', async () => {
    await using site = await openSite()
    const { client } = site.open()
    const heard: unknown[][] = []
    const stop = client.listen('news', (...args: unknown[]) => void heard.push(args))
    await client.ask('tell me', 'news', 1, { deep: true })
    stop()
    await client.ask('tell me', 'news', 2)
    assert.deepEqual(heard, [[1, { deep: true }]])
    client.tell('note', 'told')
    await client.ask('who')
    assert.deepEqual(site.notes, ['told'])
    await assert.rejects(client.ask('nobody answers this'), { name: 'ClientError' })
    await assert.rejects(client.ask('who', 1n), TypeError)
  })

  test('does not mind listeners that throw', async t => {
    await using site = await openSite()
    const reported = t.mock.method(console, 'error', () => {})
    const tab = site.open()
    tab.client.listen('news', () => {
      throw new Error('of the application')
    })
    tab.client.onState(() => {
      throw new Error('of the application')
    })
    await signedIn(tab)
    await tab.client.ask('tell me', 'news')
    assert.equal(await tab.client.ask('who'), 'alice')
    assert.ok(reported.mock.callCount() >= 2)
  })

  test('signs out, in all tabs, and stays connected', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const tab = await signedIn(site.open(profile))
    const other = site.open(profile)
    await other.is('active', 'alice')
    await tab.client.ask('sign-out')
    assert.deepEqual(tab.client.state, { name: 'anonymous' })
    assert.equal(profile.item(), null)
    await other.is('anonymous')
    assert.equal(await other.client.ask('who'), null)
    assert.ok(!other.states.some(({ name }) => name === 'ended'))
  })

  test('asks that wait for a connection are sent once; those that broke with one are not sent again', async () => {
    await using site = await openSite()
    const tab = await signedIn(site.open())
    const lost = tab.client.ask('wait')
    await eventually(() => site.held.length === 1)
    tab.wire.cut()
    await assert.rejects(lost, { code: 'connection_lost' })
    const waiting = tab.client.ask('who')
    assert.equal(await waiting, 'alice')
    const asked = tab.wire.sent.filter(([kind, , type]) => kind === 'ask' && type === 'wait')
    assert.equal(asked.length, 1)
    assert.deepEqual(
      tab.states.map(({ name }) => name),
      ['anonymous', 'active', 'connecting', 'active'],
    )
  })

  test('a server that ends the session says why; the next ask begins anew', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const tab = await signedIn(site.open(profile))
    await site.strategy.revoker?.revokeAll('alice')
    await tab.is('ended', 'revoked')
    assert.equal(profile.item(), null)
    assert.equal(tab.wire.made, 1, 'nothing is presented unasked')
    assert.equal(await tab.client.ask('who'), null)
    assert.deepEqual(tab.client.state, { name: 'anonymous' })
    await signedIn(tab, 'bob')
  })

  test('what is asked while a key is refused is not asked as somebody else', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const tab = await signedIn(site.open(profile))
    const worthless = JSON.stringify({ ...profile.item(), key: 'worthless', session: 'other' })
    await profile.storage.write(`${profile.name}:default`, worthless)
    let asked: Promise<unknown> | undefined
    tab.wire.onSend = ([kind]) => {
      if (kind === 'present') asked ??= assert.rejects(tab.client.ask('who'), { code: 'session_ended' })
      return false
    }
    assert.deepEqual(await tab.client.renew(), { name: 'ended', why: 'revoked' })
    assert.ok(asked)
    await asked
  })

  test('renews after a presentation that is under way, and says how that ended', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const first = await signedIn(site.open(profile))
    first.client.close()
    let slowMs = 0
    const storage: ClientStorage = {
      async read(name) {
        await setTimeout(slowMs)
        return profile.storage.read(name)
      },
      write: (name, text) => profile.storage.write(name, text),
    }
    const tab = site.open(profile, { storage })
    await eventually(() => tab.wire.sent.length === 1)
    assert.deepEqual(await tab.client.renew(), { name: 'active', userId: 'alice' })
    assert.equal(tab.wire.sent.filter(([kind]) => kind === 'present').length, 2)
    slowMs = 50
    await site.strategy.revoker?.revokeAll('alice')
    await eventually(() => tab.wire.closed.includes(4401))
    assert.deepEqual(await tab.client.renew(), { name: 'ended', why: 'revoked' })
  })

  test('renews no sooner than it knows what became of a connection that closes', async () => {
    await using site = await openSite()
    const sockets: WebSocket[] = []
    const late: (() => void)[] = []
    class Closing extends WebSocket {
      constructor(url: string | URL, protocol: string) {
        super(url, protocol)
        sockets.push(this)
      }
      override emit(event: string | symbol, ...args: unknown[]): boolean {
        if (event !== 'close') return super.emit(event, ...args)
        late.push(() => super.emit(event, ...args))
        return true
      }
    }
    const tab = await signedIn(site.open(createProfile(), { WebSocket: Closing }))
    await site.strategy.revoker?.revokeAll('alice')
    await eventually(() => sockets[0]?.readyState !== WebSocket.OPEN)
    const renewed = tab.client.renew()
    await eventually(() => tab.client.state.name === 'connecting' && late.length === 1)
    for (const emit of late) emit()
    assert.deepEqual(await renewed, { name: 'ended', why: 'revoked' })
  })

  test('a key that was ended or ran out while it was away says why', async () => {
    let time = Date.UTC(2100, 0, 1)
    const now = () => time
    await using site = await openSite({ now, idleMs: 90_000 })
    for (const why of ['expired', 'revoked'] as const) {
      const profile = createProfile()
      const tab = await signedIn(site.open(profile, { now }))
      tab.client.close()
      if (why === 'expired') time += 90_000
      else await site.strategy.revoker?.revokeAll('alice')
      const again = site.open(profile, { now })
      assert.deepEqual(await again.client.ready, { name: 'ended', why })
      assert.equal(profile.item(), null)
    }
    assert.deepEqual(site.reused, [])
  })

  test('a server that keeps only who signs in is left alone until something is asked', async () => {
    await using site = await openSite({ signInWithinMs: 100 })
    const tab = site.open()
    await eventually(() => tab.wire.closed[0] === 4408)
    await tab.is('anonymous')
    assert.equal(tab.wire.made, 1)
    await signedIn(tab)
    assert.equal(tab.wire.made, 2)
  })
})
