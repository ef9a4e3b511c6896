import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually, startProxy } from '@sojourn/testbed'
import { createProfile, openSite, signedIn } from './site.fixture.ts'
import { createTime } from './time.fixture.ts'

const backoff = {} // As by default.

suite('in time', () => {
  test('a key is renewed once a minute, so that it never runs out', async () => {
    const time = createTime()
    await using site = await openSite({ now: time.now, idleMs: 90_000, deadlineMs: 3_600_000 })
    const profile = createProfile()
    const tab = await signedIn(site.open(profile, { ...time, pingMs: 1e9 }))
    for (let minute = 1; minute <= 5; minute++) {
      const key = profile.item()?.key
      await eventually(() => time.pending.includes(60_000))
      time.advance(59_999)
      assert.equal(tab.wire.sent.filter(([kind]) => kind === 'present').length, minute)
      time.advance(1)
      await eventually(() => profile.item()?.key !== key)
    }
    assert.equal(await tab.client.ask('who'), 'alice')
    assert.equal(tab.wire.made, 1)
  })

  test('a device that slept renews when it wakes', async () => {
    const time = createTime()
    let sleptMs = 0
    const now = () => time.now() + sleptMs
    await using site = await openSite()
    const profile = createProfile()
    const events = new EventTarget()
    const tab = await signedIn(site.open(profile, { ...time, now, events }))
    const version = profile.item()?.version ?? 0
    sleptMs = 70_000
    events.dispatchEvent(new Event('visibilitychange'))
    await eventually(() => profile.item()?.version === version + 1)
    sleptMs = -3_600_000
    events.dispatchEvent(new Event('visibilitychange'))
    await eventually(() => profile.item()?.version === version + 2)
    assert.equal(await tab.client.ask('who'), 'alice')
  })

  test('a server that fell silent is given up, and another connection is made', async () => {
    const time = createTime()
    await using site = await openSite()
    await using proxy = await startProxy({ url: site.url })
    const tab = await signedIn(site.open(createProfile(), { ...time, url: proxy.url, random: () => 0 }))
    time.advance(25_000)
    await eventually(() => tab.wire.received.at(-1)?.[0] === 'pong')
    proxy.blackHole()
    time.advance(25_000)
    assert.deepEqual(tab.wire.sent.at(-1), ['ping'])
    proxy.heal()
    time.advance(5000)
    await tab.is('connecting')
    time.advance(0)
    await eventually(() => {
      time.advance(50)
      return tab.client.state.name === 'active'
    })
    assert.equal(tab.wire.made, 2)
  })

  test('lost connections are tried again ever more slowly, and at once when the network is back', async () => {
    const time = createTime()
    await using site = await openSite()
    await using proxy = await startProxy({ url: site.url })
    const events = new EventTarget()
    const options = {
      ...time,
      url: proxy.url,
      random: () => 1,
      events,
      backoff,
      pingMs: 1e9,
      askTimeoutMs: 20_000,
    }
    const tab = site.open(createProfile(), options)
    await tab.is('anonymous')
    time.advance(50)
    proxy.cut()
    const waits: number[] = []
    while (waits.length < 8) {
      const made = tab.wire.made
      await eventually(() => tab.wire.open === 0 && time.pending.some(ms => ms <= 4000))
      waits.push(Math.min(...time.pending))
      time.advance(Math.min(...time.pending))
      await eventually(() => tab.wire.made === made + 1)
    }
    assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 4000, 4000, 4000])
    await eventually(() => tab.wire.open === 0 && time.pending.length > 0)
    proxy.heal()
    events.dispatchEvent(new Event('online'))
    await tab.is('anonymous')
    assert.equal(tab.wire.made, 10)
  })

  test('what was at fault is not hurried', async () => {
    const time = createTime()
    await using site = await openSite({ maxFrameBytes: 1000 })
    const tab = site.open(createProfile(), { ...time, random: () => 1, backoff })
    await tab.is('anonymous')
    await assert.rejects(tab.client.ask('put', 'x'.repeat(2000)), { code: 'connection_lost' })
    await tab.is('connecting')
    assert.deepEqual(time.pending.at(-1), 4000)
    assert.deepEqual(tab.wire.closed, [1009])
  })

  test('an ask that is not answered in time fails, with a connection and without', async () => {
    const time = createTime()
    await using site = await openSite()
    await using proxy = await startProxy({ url: site.url })
    const tab = site.open(createProfile(), { ...time, url: proxy.url })
    await tab.is('anonymous')
    const asked = tab.client.ask('wait')
    await eventually(() => site.held.length === 1)
    time.advance(10_000)
    await assert.rejects(asked, { code: 'timeout' })
    proxy.cut()
    await tab.is('connecting')
    const waiting = tab.client.ask('who')
    await eventually(() => time.pending.includes(10_000))
    for (let second = 0; second < 10; second++) time.advance(1000)
    await assert.rejects(waiting, { code: 'timeout' })
  })
})
