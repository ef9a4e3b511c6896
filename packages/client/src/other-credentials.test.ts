import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createStoredStrategy } from '@sojourn/core'
import { createMemoryStore } from '@sojourn/memory'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { eventually } from '@sojourn/testbed'
import { createTickets } from '@sojourn/websocket'
import { WebSocket } from 'ws'
import { ClientError } from './index.ts'
import { createProfile, openSite, secret, signedIn } from './site.fixture.ts'

suite('other credentials', () => {
  test('keys as JWTs take their attempt id after a dot, as others do', async () => {
    await using site = await openSite({
      makeStrategy: options => createReloginKeyStrategy({ ...options, keys: [secret], format: 'jwt' }),
    })
    const profile = createProfile()
    const tab = await signedIn(site.open(profile))
    assert.deepEqual(await tab.client.renew(), { name: 'active', userId: 'alice' })
    assert.match(
      tab.wire.sent.findLast(([kind]) => kind === 'present')?.[2],
      /^ey[^.]+\.[^.]+\.[^.]+\.[0-9-]+$/,
    )
  })

  test('a credential that is used again and again goes without attempt ids', async () => {
    await using site = await openSite({
      makeStrategy: options => createStoredStrategy({ ...options, keys: [secret] }),
    })
    const profile = createProfile()
    const first = await signedIn(site.open(profile, { attempts: false }))
    const key = profile.item()?.key
    first.client.close()
    const tab = site.open(profile, { attempts: false })
    await tab.is('active', 'alice')
    assert.deepEqual(tab.wire.sent[0]?.[2], key)
    assert.equal(profile.item()?.key, key)
  })

  test('a ticket takes a session from HTTP to the socket, a new one for each connection', async () => {
    const store = createMemoryStore()
    const strategy = createReloginKeyStrategy({ store, keys: [secret] })
    const tickets = createTickets({ strategy, store: createMemoryStore() })
    await using site = await openSite({ makeStrategy: () => strategy, tickets })
    const { client } = await signedIn(site.open())
    assert.equal(await client.ask('who'), 'alice')
    const [connection] = site.sockets.connections
    let issued = 0
    const ticket = async () => {
      issued++
      if (issued === 2) throw new Error('HTTP is down')
      return issued === 3 ? 'spent' : tickets.issue(connection?.session as never)
    }
    const profile = createProfile()
    const tab = site.open(profile, { ticket })
    await tab.is('active', 'alice')
    tab.wire.cut()
    await tab.is('connecting')
    await tab.is('active', 'alice')
    assert.equal(issued, 4)
    assert.deepEqual(await tab.client.renew(), { name: 'active', userId: 'alice' })
    assert.equal(issued, 5, 'renewed by another ticket')
    assert.equal(profile.item(), null)
    await assert.rejects(
      tab.client.use('work'),
      new ClientError('invalid_option', 'Identities need stored keys.'),
    )
  })

  test('a cookie comes with the handshake, and nothing is stored or presented', async () => {
    await using site = await openSite({
      credential: 'cookie',
      makeStrategy: options => createStoredStrategy({ ...options, keys: [secret] }),
    })
    const saved = await site.strategy.save(
      {
        ...{ id: 'session-of-alice', userId: 'alice', data: '{}', version: 0, generation: 0, attempts: [] },
        ...{ createdAt: Date.now(), rotatedAt: Date.now() },
        ...{ deadline: Date.now() + 60_000, expiresAt: Date.now() + 60_000 },
      },
      { reissue: false },
    )
    assert.ok(saved.ok)
    class Browser extends WebSocket {
      constructor(url: string | URL, protocol: string) {
        super(url, protocol, { headers: { cookie: `session=${saved.ok && saved.credential}` } })
      }
    }
    const profile = createProfile()
    const { client, is } = site.open(profile, { credential: 'cookie', WebSocket: Browser })
    await is('active', 'alice')
    const [connection] = site.sockets.connections
    assert.deepEqual(await client.renew(), { name: 'active', userId: 'alice' })
    await eventually(() => site.sockets.connections.size === 1)
    assert.ok(!site.sockets.connections.has(connection as never), 'renewed by another handshake')
    await is('active', 'alice')
    assert.equal(await client.ask('who'), 'alice')
    assert.equal(profile.item(), null)
    await site.strategy.revoker?.revokeAll('alice')
    await is('ended', 'revoked')
    assert.equal(await client.ask('who'), null)
  })
})
