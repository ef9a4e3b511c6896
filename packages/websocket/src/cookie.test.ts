import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { suite, test } from 'node:test'
import { createClock, eventually, Gate, TrialStore } from '@sojourn/conformance'
import { createStoredStrategy } from '@sojourn/core'
import { sessions } from '@sojourn/express'
import express from 'express'
import { Client, listen } from './client.fixture.ts'
import { createSocketSessions, createTickets } from './index.ts'
import { openSite, secret } from './site.fixture.ts'

/** An Express app and sockets on one server, and one browser's cookie. */
async function openBoth() {
  const store = new TrialStore()
  const { now } = createClock()
  const strategy = createStoredStrategy({ store, now, keys: [secret] })
  const tickets = createTickets({ strategy, store, now })
  const app = express()
  app.use(sessions({ strategy, now }))
  app.post('/login', (req, res) => {
    req.session.signIn('ada')
    res.send('welcome')
  })
  app.post('/logout', (req, res) => {
    req.session.signOut()
    res.send('bye')
  })
  app.post('/visit', (req, res) => {
    Object.assign(req.session, { note: 'milk' })
    res.send('saved')
  })
  app.post('/ticket', async (req, res) => {
    res.send(await tickets.issue(req.session))
  })
  const { server, url } = await listen(createServer(app))
  const sockets = createSocketSessions({ strategy, now, tickets, credential: 'cookie', onError() {} })
  sockets.answer('who', ({ session }) => session.userId).answer('data', ({ session }) => ({ ...session }))
  sockets.answer('put', ({ session }, value) => void Object.assign(session, { note: value }))
  sockets.answer('sign-in', ({ session }) => session.signIn('ada'))
  sockets.answer('sign-out', ({ session }) => session.signOut())
  sockets.attach(server)
  let cookie = ''
  return {
    store,
    sockets,
    socket: (headers: Record<string, string> = { cookie }) => new Client(url, { headers }),
    async post(path: string) {
      const response = await fetch(url + path, { method: 'POST', headers: { cookie } })
      const [set] = response.headers.getSetCookie()
      if (set !== undefined) cookie = set.split(';')[0] ?? ''
      return response.text()
    },
    async [Symbol.asyncDispose]() {
      await sockets.close()
      server.close()
      server.closeAllConnections()
    },
  }
}

suite('a socket by cookie', () => {
  test('is in the session of the page, and tells of it first', async () => {
    await using site = await openBoth()
    await site.post('/login')
    await site.post('/visit')
    const ada = site.socket()
    const [, state] = await ada.next(() => true)
    assert.deepEqual([ada.received[0]?.[0], state.userId, 'credential' in state], ['session', 'ada', false])
    assert.equal(ada.headers['set-cookie'], undefined)
    assert.deepEqual(await ada.ask('data'), { note: 'milk' })
    await ada.ask('put', 'tea')
    assert.match([...site.store.records.values()].map(({ data }) => data).join(), /tea/)
  })

  test('is put out when the page signs in, and closed when it signs out', async () => {
    await using site = await openBoth()
    await site.post('/visit')
    const before = site.socket()
    assert.equal(await before.ask('who'), null)
    await site.post('/login')
    assert.deepEqual(await before.whenClosed(), [4409, 'signed in'])
    const after = site.socket()
    assert.equal(await after.ask('who'), 'ada')
    await site.post('/logout')
    assert.deepEqual(await after.whenClosed(), [4401, 'revoked'])
  })

  test('can end its session, but begin none: the answer that could carry a cookie has gone', async () => {
    await using site = await openBoth()
    const nobody = site.socket()
    await assert.rejects(nobody.ask('put', 'tea'), { code: 'too_late' })
    await assert.rejects(nobody.ask('sign-in'), { code: 'too_late' })
    assert.equal(await nobody.ask('who'), null)
    await site.post('/login')
    const ada = site.socket()
    await ada.ask('sign-out')
    assert.equal(await ada.ask('who'), null)
    assert.equal(site.store.records.size, 0)
    await assert.rejects(ada.present(null), { code: 4400 })
  })

  test('that is signed out by the application leaves its others behind', async () => {
    await using site = await openBoth()
    await site.post('/login')
    const [first, second] = [site.socket(), site.socket()]
    assert.deepEqual([await first.ask('who'), await second.ask('who')], ['ada', 'ada'])
    const [connection] = site.sockets.connections
    connection?.session.signOut()
    await Promise.race([first.whenClosed(), second.whenClosed()])
    const [left, stayed] = first.closed === null ? [second, first] : [first, second]
    assert.deepEqual(await left.whenClosed(), [4401, 'signed-out'])
    assert.equal(await stayed.ask('who'), null)
    assert.equal(site.store.records.size, 0)
  })

  test('gets the key that is due with the handshake', async () => {
    await using site = await openSite({ keys: 'relogin' })
    const ada = site.client()
    await ada.present()
    await ada.ask('sign-in', 'ada')
    await using other = await openSite({
      keys: 'relogin',
      from: site,
      credential: 'cookie',
      cookie: { name: 'key' },
    })
    const page = other.client({ headers: { cookie: `key=${ada.credential}` } })
    assert.equal(await page.ask('who'), 'ada')
    const [set = ''] = page.headers['set-cookie'] ?? []
    assert.match(set, /^key=[^;]+; Path=\/; Max-Age=86400; HttpOnly; SameSite=Lax$/)
    assert.ok(!set.includes(ada.credential ?? '-'))
    const cookie = set.split(';')[0] ?? ''
    const next = other.client({ headers: { cookie, origin: other.url.replace('http:', 'https:') } })
    assert.equal(await next.ask('who'), null, 'where a page came by https, only a __Host- cookie counts')
    const secure = other.client({
      headers: { cookie: `__Host-${cookie}`, origin: other.url.replace('http:', 'https:') },
    })
    assert.equal(await secure.ask('who'), 'ada')
    assert.match(secure.headers['set-cookie']?.[0] ?? '', /^__Host-key=.*; Secure; /)
  })

  test('that is given up during the handshake stays in no session', async () => {
    await using site = await openSite({ credential: 'cookie' })
    await using pages = await openSite({ from: site })
    const ada = pages.client()
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const gate = new Gate()
    const read = site.store.read.bind(site.store)
    site.store.read = async id => {
      await gate.pass()
      return read(id)
    }
    gate.shut()
    const headers = { cookie: `session=${ada.credential}` }
    const gone = site.client({ headers })
    await eventually(() => gate.waiting === 1, 'the handshake')
    gone.socket.terminate()
    await gone.whenClosed()
    gate.open()
    const later = site.client({ headers })
    assert.equal(await later.ask('who'), 'ada')
    const { id = '' } = ada.state ?? {}
    await eventually(() => site.sockets.connectionsOf(id).length === 1, 'only the later one')
    assert.equal(site.sockets.connections.size, 1)
    assert.deepEqual(site.errors, [])
  })

  test('whose handshake is none enters no session', async () => {
    let opened = 0
    await using site = await openSite({ credential: 'cookie', onOpen: () => void opened++ })
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '7' }
    const [response] = await once(request(site.url, { headers }).end(), 'response')
    response.resume()
    assert.equal(response.statusCode, 400)
    assert.equal(opened, 0)
    assert.deepEqual(site.errors, [])
  })

  test('is refused by HTTP while the store is down', async () => {
    await using site = await openBoth()
    await site.post('/login')
    site.store.failing = 'reads'
    const ada = site.socket()
    assert.equal((await ada.whenClosed())[0], 1006)
    site.store.failing = null
    assert.equal(await site.socket().ask('who'), 'ada')
  })
})

suite('a ticket', () => {
  test('takes a socket from the page’s session into it: once', async () => {
    await using site = await openBoth()
    await site.post('/login')
    const ticket = await site.post('/ticket')
    const ada = site.socket({})
    const state = await ada.ticket(ticket)
    assert.deepEqual([state.userId, 'credential' in state, 'refused' in state], ['ada', false, false])
    assert.equal(await ada.ask('who'), 'ada')
    const thief = site.socket({})
    assert.equal((await thief.ticket(ticket)).refused, 'unknown')
    assert.equal(await thief.ask('who'), null)
    assert.equal(await ada.ask('who'), 'ada')
    await assert.rejects(ada.ask('sign-in'), { code: 'too_late' })
  })

  test('is good for one of those who present it at once', async () => {
    await using site = await openBoth()
    await site.post('/login')
    const ticket = await site.post('/ticket')
    const both = [site.socket({}), site.socket({})]
    const states = await Promise.all(both.map(client => client.ticket(ticket)))
    assert.deepEqual(states.map(({ userId }) => userId).sort(), ['ada', null])
  })

  test('is stored as nothing that could be presented', async () => {
    await using site = await openBoth()
    await site.post('/login')
    const ticket = await site.post('/ticket')
    assert.ok(!JSON.stringify([...site.store.records]).includes(ticket))
  })

  test('is refused when it expired, was forged, or its session ended or was signed in to', async () => {
    await using site = await openSite()
    const tickets = createTickets({ strategy: site.strategy, store: site.store, now: site.clock.now })
    await using other = await openSite({ from: site, tickets })
    const ada = site.client()
    await ada.present()
    await ada.ask('put', 'note', 'milk')
    const [connection] = site.sockets.connections
    assert.ok(connection)
    const { session } = connection
    const refusedIs = async (ticket: string, refused: string | undefined) =>
      assert.equal((await other.client().ticket(ticket)).refused, refused)

    await refusedIs(await tickets.issue(session), undefined)
    const twice = await tickets.issue(session)
    const redeemed = await Promise.all([tickets.redeem(twice), tickets.redeem(twice)])
    assert.equal(redeemed.filter(holder => holder !== null).length, 1)
    const page = other.client()
    await page.ticket(await tickets.issue(session))
    await assert.rejects(page.ask('sign-in', 'grace'), { code: 'too_late' })
    await page.present(null)
    await page.ask('sign-in', 'grace')
    assert.ok(page.credential)
    await refusedIs('forged', 'unknown')
    await refusedIs('x'.repeat(2000), 'unknown')
    const late = await tickets.issue(session)
    site.clock.advance(10_000)
    await refusedIs(late, 'unknown')
    const before = await tickets.issue(session)
    await ada.ask('sign-in', 'ada')
    await refusedIs(before, 'unknown')
    const last = await tickets.issue(session)
    await ada.ask('sign-out')
    await refusedIs(last, 'unknown')
    await assert.rejects(tickets.issue(session), { code: 'session_ended' })
  })

  test('is all that its client can hold, also after a present that failed', async () => {
    await using site = await openSite()
    const tickets = createTickets({ strategy: site.strategy, store: site.store, now: site.clock.now })
    await using other = await openSite({ from: site, tickets })
    const ada = site.client()
    await ada.present()
    await ada.ask('put', 'note', 'milk')
    const [connection] = site.sockets.connections
    assert.ok(connection)
    const page = other.client()
    await page.ticket(await tickets.issue(connection.session))
    site.store.failing = 'reads'
    await assert.rejects(page.present(ada.credential), { code: 'store_unavailable' })
    site.store.failing = null
    await assert.rejects(page.ask('sign-in', 'ada'), { code: 'too_late' })
  })

  test('needs a strategy that finds sessions', async () => {
    await using site = await openSite()
    const { strategy, store } = site
    const blind = { ...strategy, directory: null }
    assert.throws(() => createTickets({ strategy: blind, store }), { code: 'invalid_option' })
  })
})
