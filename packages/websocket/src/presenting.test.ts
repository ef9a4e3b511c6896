import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually, Gate } from '@sojourn/conformance'
import { createCookieStrategy } from '@sojourn/cookie'
import { ClientError } from './index.ts'
import { openSite, secret } from './site.fixture.ts'

suite('presenting', () => {
  test('a relogin key again renews it in place', async () => {
    let opened = 0
    await using site = await openSite({ keys: 'relogin', onOpen: () => void opened++ })
    const ada = site.client()
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const { id, version = 0 } = ada.state ?? {}
    const key = ada.credential
    const state = await ada.present()
    assert.equal(state.id, id)
    assert.ok((state.version ?? 0) > version)
    assert.notEqual(ada.credential, key)
    assert.equal(opened, 1)
    await ada.ask('put', 'note', 'milk')
    assert.deepEqual(
      [...site.store.records.values()].map(({ data }) => data),
      ['{"note":"milk"}'],
    )
    assert.deepEqual(site.errors, [])
  })

  test('a relogin key in another tab gives the new key to that tab alone', async () => {
    await using site = await openSite({ keys: 'relogin' })
    const [ada, tab] = [site.client(), site.client()]
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const key = ada.credential
    await tab.present(key)
    assert.notEqual(tab.credential, key)
    assert.equal(ada.credential, key)
    assert.equal(site.sockets.connectionsOf(ada.state?.id ?? '').length, 2)
    await ada.ask('put', 'note', 'milk')
    assert.deepEqual(await tab.ask('data'), { note: 'milk' })
  })

  test('a spent key tells of reuse, and closes who went on with the copy', async () => {
    await using site = await openSite({ keys: 'relogin' })
    const [ada, thief] = [site.client(), site.client()]
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const copy = ada.credential
    await thief.present(`${copy}.thief`)
    await ada.close()
    const again = site.client({ credential: copy })
    assert.equal((await again.present(`${copy}.ada`)).refused, 'reuse')
    assert.deepEqual(await thief.whenClosed(), [4401, 'reuse'])
    assert.equal(await again.ask('who'), null)
  })

  test('another credential switches to its session, without signing in again', async () => {
    const opened: (string | null)[] = []
    await using site = await openSite({ onOpen: ({ session }) => void opened.push(session.userId) })
    const [ada, grace] = [site.client(), site.client()]
    await ada.present()
    await ada.ask('sign-in', 'ada')
    await grace.present()
    await grace.ask('sign-in', 'grace')
    const key = ada.credential
    assert.equal((await ada.present(grace.credential)).userId, 'grace')
    assert.equal(await ada.ask('who'), 'grace')
    assert.equal((await ada.present(key)).userId, 'ada')
    assert.equal(await ada.ask('who'), 'ada')
    assert.equal((await ada.present(null)).userId, null)
    assert.deepEqual(opened, [null, null, 'grace', 'ada', null])
    assert.equal(site.store.records.size, 2)
  })

  test('waits until what came before is answered, in the session that it came for; what follows waits for it', async () => {
    await using site = await openSite()
    const [ada, grace] = [site.client(), site.client()]
    await grace.present()
    await grace.ask('sign-in', 'grace')
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const gate = new Gate()
    site.sockets.answer('put late', async connection => {
      await gate.pass()
      connection.session.note = 'for ada'
    })
    gate.shut()
    const late = ada.ask('put late')
    const switched = ada.present(grace.credential)
    const who = ada.ask('who')
    await eventually(() => gate.waiting === 1, 'the late put')
    gate.open()
    await Promise.all([late, switched])
    assert.equal(await who, 'grace')
    assert.deepEqual(await grace.ask('data'), {})
    assert.deepEqual(
      ada.received.slice(-3).map(([kind]) => kind),
      ['answer', 'presented', 'answer'],
    )
  })

  test('what is not good moves to a new anonymous session', async () => {
    await using site = await openSite()
    const ada = site.client()
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const { credential } = ada
    const state = await ada.present('forged')
    assert.deepEqual([state.refused, state.userId, 'credential' in state], ['unknown', null, false])
    assert.equal(await ada.ask('who'), null)
    assert.equal((await ada.present(credential)).userId, 'ada')
  })

  test('while the store is down leaves the connection in the session it has', async () => {
    await using site = await openSite()
    const [ada, grace] = [site.client(), site.client()]
    await grace.present()
    await grace.ask('sign-in', 'grace')
    await ada.present()
    await ada.ask('sign-in', 'ada')
    site.store.failing = 'reads'
    await assert.rejects(ada.present(grace.credential), { code: 'store_unavailable' })
    assert.equal(await ada.ask('who'), 'ada')
    const late = site.client({ credential: ada.credential })
    await assert.rejects(late.present(), { code: 'store_unavailable' })
    await assert.rejects(late.ask('who'), { code: 'not_presented' })
    site.store.failing = null
    assert.equal((await late.present()).userId, 'ada')
  })

  test('a credential whose session ends meanwhile is refused', async () => {
    const gate = new Gate()
    await using site = await openSite()
    const ada = site.client()
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const { id = '' } = ada.state ?? {}
    await ada.close()
    await eventually(() => site.sockets.connections.size === 0, 'the end')
    const read = site.store.read.bind(site.store)
    site.store.read = async id => {
      const record = await read(id)
      await gate.pass()
      return record
    }
    gate.shut()
    const late = site.client({ credential: ada.credential })
    const presented = late.present()
    await eventually(() => gate.waiting === 1, 'the read')
    await site.store.remove(id)
    gate.open()
    assert.equal((await presented).refused, 'unknown')
    assert.equal(await late.ask('who'), null)
  })
})

suite('a client that leaves', () => {
  test('while it switches, or waits to, is left in no session', async () => {
    const gate = new Gate()
    const opening = new Gate()
    await using site = await openSite({
      onOpen: ({ session }) => (session.userId === 'grace' ? opening.pass() : undefined),
    })
    site.sockets.answer('wait', () => gate.pass())
    const [ada, tab, grace] = [site.client(), site.client(), site.client()]
    for (const [client, name] of [
      [grace, 'grace'],
      [ada, 'ada'],
    ] as const) {
      await client.present()
      await client.ask('sign-in', name)
    }
    await tab.present(ada.credential)
    const ids = [ada, grace].map(({ state }) => state?.id ?? '')
    opening.shut()
    gate.shut()
    const switched = assert.rejects(ada.present(grace.credential), { code: 1005 })
    await eventually(() => opening.waiting === 1, 'the opening')
    await tab.send('tell', 'wait')
    const waited = assert.rejects(tab.present(grace.credential), { code: 1005 })
    await eventually(() => gate.waiting === 1, 'the message')
    for (const client of [ada, tab, grace]) await client.close()
    await eventually(() => site.sockets.connections.size === 0, 'all gone')
    gate.open()
    opening.open()
    await Promise.all([switched, waited])
    await eventually(() => ids.every(id => site.sockets.connectionsOf(id).length === 0), 'nothing left')
  })

  test('leaves those in the session who are just entering it, and they are told when it ends', async () => {
    const gate = new Gate()
    await using site = await openSite()
    site.sockets.answer('wait', () => gate.pass())
    const [ada, grace] = [site.client(), site.client()]
    await grace.present()
    await grace.ask('sign-in', 'grace')
    const { id = '' } = grace.state ?? {}
    await ada.present()
    gate.shut()
    await ada.send('tell', 'wait')
    const switched = ada.present(grace.credential)
    await eventually(() => gate.waiting === 1 && site.sockets.connectionsOf(id).length === 2, 'both')
    await grace.close()
    await eventually(() => site.sockets.connections.size === 1, 'the end')
    gate.open()
    assert.equal((await switched).userId, 'grace')
    await site.strategy.revoker?.revoke(id)
    assert.deepEqual(await ada.whenClosed(), [4401, 'revoked'])
  })
})

suite('onOpen', () => {
  test('may tell something: it comes after the answer', async () => {
    await using site = await openSite({ onOpen: connection => void connection.tell('hello') })
    const ada = site.client()
    await ada.present()
    await ada.next(([kind]) => kind === 'tell')
    assert.deepEqual(
      ada.received.map(([kind]) => kind),
      ['presented', 'tell'],
    )
  })

  test('is awaited, and what it stores is saved and comes with the answer', async () => {
    const gate = new Gate()
    await using site = await openSite({
      async onOpen({ session }) {
        await gate.pass()
        session.note = `hello ${session.note ?? ''}`
      },
    })
    gate.shut()
    const ada = site.client()
    const presented = ada.present()
    const asked = ada.ask('data')
    await eventually(() => gate.waiting === 1, 'the opening')
    assert.equal(ada.received.length, 0)
    gate.open()
    assert.ok((await presented).credential)
    assert.deepEqual(await asked, { note: 'hello ' })
    assert.deepEqual(
      ada.received.map(([kind]) => kind),
      ['presented', 'answer'],
    )
    assert.equal(site.store.records.size, 1)
  })

  test('that throws refuses the client, which stays where it was', async () => {
    await using site = await openSite({
      onOpen({ session }) {
        if (session.userId === 'grace') throw new Error('not her')
      },
    })
    const [ada, grace] = [site.client(), site.client()]
    await grace.present()
    await grace.ask('sign-in', 'grace')
    await ada.present()
    await ada.ask('sign-in', 'ada')
    await assert.rejects(ada.present(grace.credential), { code: 'internal', message: 'The server failed.' })
    assert.equal(await ada.ask('who'), 'ada')
    assert.equal(await grace.ask('who'), 'grace')
    assert.equal(site.errors.length, 1)
    assert.equal(site.sockets.connectionsOf(grace.state?.id ?? '').length, 1)
  })
})

suite('changes', () => {
  test('are told to all connections of the session, and to no others', async () => {
    const told: string[] = []
    await using site = await openSite({
      onOpen(connection) {
        connection.onChanged(() => void told.push(`${connection.session.userId}: ${connection.session.note}`))
      },
    })
    const [ada, tab, grace] = [site.client(), site.client(), site.client()]
    await ada.present()
    await ada.ask('sign-in', 'ada')
    await tab.present(ada.credential)
    await grace.present()
    told.length = 0
    await ada.ask('put', 'note', 'milk')
    assert.deepEqual(told, ['ada: milk', 'ada: milk'])
  })

  test('made outside of any message are saved, and a credential due goes to one client', async () => {
    await using site = await openSite()
    const ada = site.client()
    await ada.present()
    const [connection] = site.sockets.connections
    assert.ok(connection)
    connection.session.note = 'from a timer'
    await connection.session.save()
    await ada.next(([kind]) => kind === 'session')
    assert.ok(ada.credential)
  })

  test('that one saved itself give it the credential that is due, though another’s message is done first', async () => {
    const gate = new Gate()
    const createStrategy = () => createCookieStrategy({ keys: [secret] })
    await using site = await openSite({ createStrategy, now: Date.now })
    site.sockets.answer('save and wait', async ({ session }) => {
      session.note = 'milk'
      await session.save()
      await gate.pass()
    })
    const [ada, tab] = [site.client(), site.client()]
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const before = ada.credential
    await tab.present(before)
    gate.shut()
    const saved = ada.ask('save and wait')
    await eventually(() => gate.waiting === 1, 'the save')
    assert.deepEqual(await tab.ask('data'), { note: 'milk' })
    gate.open()
    await saved
    assert.equal(tab.credential, null)
    assert.notEqual(ada.credential, before)
    const again = site.client({ credential: ada.credential })
    await again.present()
    assert.deepEqual(await again.ask('data'), { note: 'milk' })
  })

  test('that the application could not save, and shrugged at, are dropped; those after it are saved', async () => {
    await using site = await openSite()
    site.sockets.answer('save and shrug', async ({ session }, value: string) => {
      session.note = value
      return session.save().catch((error: { code: string }) => error.code)
    })
    const ada = site.client()
    await ada.present()
    await ada.ask('put', 'note', 'milk')
    site.store.failing = 'writes'
    assert.equal(await ada.ask('save and shrug', 'tea'), 'store_unavailable')
    site.store.failing = null
    assert.deepEqual(await ada.ask('data'), { note: 'milk' })
    await ada.ask('put', 'note', 'coffee')
    assert.match([...site.store.records.values()][0]?.data ?? '', /coffee/)
  })

  test('made by what failed then are saved: a sign-out is one', async () => {
    await using site = await openSite()
    site.sockets.answer('sign out and fail', ({ session }) => {
      session.signOut()
      throw new ClientError('sorry', 'It failed.')
    })
    const ada = site.client()
    await ada.present()
    await ada.ask('sign-in', 'ada')
    await assert.rejects(ada.ask('sign out and fail'), { code: 'sorry', message: 'It failed.' })
    assert.equal(ada.credential, null)
    assert.equal(site.store.records.size, 0)
  })

  test('that another process saved are lost by nobody', async () => {
    await using site = await openSite()
    await using other = await openSite({ from: site })
    const [ada, tab] = [site.client(), other.client()]
    await ada.present()
    await ada.ask('sign-in', 'ada')
    await tab.present(ada.credential)
    site.sockets.answer('cart', ({ session }) => {
      session.cart = ['tea']
    })
    await tab.ask('put', 'note', 'milk')
    await ada.ask('cart')
    assert.deepEqual(await ada.ask('data'), { note: 'milk', cart: ['tea'] })
  })
})
