import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually, Gate } from '@sojourn/conformance'
import { createStoredStrategy } from '@sojourn/core'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import type { Client } from './client.fixture.ts'
import { type ChangeFeed, ClientError, createChangeFeed } from './index.ts'
import { openSite, type Site, type SiteOptions, secret } from './site.fixture.ts'

const strategies = { stored: createStoredStrategy, relogin: createReloginKeyStrategy }

/** One that looks: `name` keeps it from hearing what others of this process do. */
const inProcess =
  (name: string, keys: 'stored' | 'relogin' = 'stored'): NonNullable<SiteOptions['createStrategy']> =>
  options => {
    const strategy = strategies[keys]({ ...options, keys: [secret] })
    return { ...strategy, name, traits: { ...strategy.traits, shared: true } }
  }

const patient = { pingMs: 1e8, presentWithinMs: 1e8, checkMs: 1e8 }

async function enter(site: Site, credential: string | null = null): Promise<Client> {
  const client = site.client({ credential })
  await client.present()
  if (credential === null) await client.ask('put', 'note', 'milk')
  return client
}

async function signIn(site: Site, userId: string): Promise<Client> {
  const client = site.client()
  await client.present()
  await client.ask('sign-in', userId)
  return client
}

suite('who signs in', () => {
  for (const keys of ['stored', 'relogin'] as const) {
    test(`again is not joined by who presents the key from before, meanwhile: ${keys}`, async () => {
      await using site = await openSite({ keys })
      const gate = new Gate()
      site.sockets.answer('sign-in slowly', async ({ session }) => {
        session.signIn('ada')
        await gate.pass()
      })
      const ada = await signIn(site, 'ada')
      const copy = ada.credential
      site.clock.advance(1)
      gate.shut()
      const signedIn = ada.ask('sign-in slowly')
      await eventually(() => gate.waiting === 1, 'the sign-in')
      const mallory = site.client({ credential: copy })
      const presented = mallory.present()
      const { id = '' } = ada.state ?? {}
      await eventually(() => site.sockets.connections.size === 2, 'the other')
      gate.open()
      await signedIn
      assert.equal((await presented).refused, 'unknown')
      assert.equal(await mallory.ask('who'), null)
      assert.equal(site.sockets.connectionsOf(id).length, 1)
      assert.equal(await ada.ask('who'), 'ada')
    })

    test(`again in another process is not followed by who held the key from before: ${keys}`, async () => {
      await using site = await openSite({ keys, ...patient })
      const feed = createChangeFeed({ store: site.store, now: site.clock.now })
      const told = createChangeFeed({ store: site.store, now: site.clock.now })
      await using other = await openSite({
        from: site,
        ...patient,
        createStrategy: inProcess('another', keys),
        changes: feed,
      })
      const ada = await signIn(site, 'ada')
      const thief = await enter(other, ada.credential)
      site.clock.advance(1)
      await ada.ask('sign-in', 'ada')
      await told.announce(ada.state?.id ?? '')
      assert.deepEqual(await thief.whenClosed(), [4409, 'signed in'])
      assert.equal(await ada.ask('who'), 'ada')
    })
  }

  for (const how of ['its time', 'another process'] as const) {
    test(`is not put out by a look that began before, because of ${how}`, async () => {
      let tell: (id: string) => void = () => {}
      const changes: ChangeFeed = {
        announce: async () => {},
        onChanged(listener) {
          tell = listener
          return () => {}
        },
      }
      await using site = await openSite({
        ...patient,
        changes,
        createStrategy: inProcess('one that looks'),
        checkMs: how === 'its time' ? 100 : 1e8,
      })
      const ada = await enter(site)
      const before = ada.credential
      const [reading, written] = [new Gate(), new Gate()]
      const { store } = site
      const [read, write] = [store.read.bind(store), store.write.bind(store)]
      let reads = 0
      store.read = async id => {
        await reading.pass()
        const record = await read(id)
        reads++
        return record
      }
      store.write = async record => {
        const isWritten = await write(record)
        await written.pass()
        return isWritten
      }
      reading.shut()
      if (how === 'its time') site.clock.advance(100)
      else tell(ada.state?.id ?? '')
      await eventually(() => reading.waiting === 1, 'the look')
      written.shut()
      const signedIn = ada.ask('sign-in', 'ada')
      await eventually(() => written.waiting === 1, 'the save')
      reading.open()
      await eventually(() => reads > 0, 'what the look finds')
      written.open()
      await signedIn
      assert.equal(await ada.ask('who'), 'ada')
      assert.notEqual(ada.credential, before)
      const again = site.client({ credential: ada.credential })
      assert.equal((await again.present()).userId, 'ada')
    })
  }

  for (const verb of ['signIn', 'signOut', 'destroy', 'regenerate'] as const) {
    test(`is not disturbed by ${verb} in an answer that one who was put out has begun`, async () => {
      await using site = await openSite()
      const gate = new Gate()
      let refusal: unknown
      site.sockets.answer('log in', async ({ session }) => {
        await gate.pass()
        try {
          await session[verb](verb === 'signIn' ? ('mallory' as never) : (undefined as never))
        } catch (error) {
          refusal = (error as { code: string }).code
        }
      })
      const ada = await enter(site)
      const mallory = await enter(site, ada.credential)
      gate.shut()
      await mallory.send('tell', 'log in')
      await eventually(() => gate.waiting === 1, 'the answer')
      await ada.ask('sign-in', 'ada')
      await mallory.whenClosed()
      gate.open()
      await eventually(() => refusal !== undefined, 'the refusal')
      assert.equal(refusal, 'session_ended')
      assert.equal(await ada.ask('who'), 'ada')
      assert.deepEqual(
        [...site.store.records.values()].map(({ userId }) => userId),
        ['ada'],
      )
    })
  }

  test('has nothing written to the session by who left it before, with an answer not done', async () => {
    await using site = await openSite()
    const gate = new Gate()
    let isDone = false
    site.sockets.answer('put late', async connection => {
      await gate.pass()
      connection.session.note = 'late'
      isDone = true
    })
    const ada = await enter(site)
    const mallory = await enter(site, ada.credential)
    gate.shut()
    await mallory.send('tell', 'put late')
    await eventually(() => gate.waiting === 1, 'the answer')
    await mallory.close()
    await eventually(() => site.sockets.connections.size === 1, 'the end')
    await ada.ask('sign-in', 'ada')
    gate.open()
    await eventually(() => isDone, 'the late answer')
    assert.deepEqual(await ada.ask('data'), { note: 'milk' })
  })

  test('and takes too long over it is waited for as long as one may take to present', async () => {
    await using site = await openSite({ presentWithinMs: 1000, pingMs: 1e8 })
    const gate = new Gate()
    site.sockets.answer('sign-in slowly', async ({ session }) => {
      session.signIn('ada')
      await gate.pass()
    })
    const ada = await enter(site)
    gate.shut()
    const signedIn = ada.ask('sign-in slowly')
    await eventually(() => gate.waiting === 1, 'the sign-in')
    const tab = site.client({ credential: ada.credential })
    const presented = assert.rejects(tab.present(), { code: 'conflict', message: 'The server failed.' })
    await eventually(() => site.sockets.connections.size === 2, 'the tab')
    site.clock.advance(1001)
    await presented
    gate.open()
    await signedIn
    assert.equal((await tab.present(ada.credential)).userId, 'ada')
  })
})

suite('a switch', () => {
  for (const how of ['ends', 'is signed in to'] as const) {
    test(`into a session that ${how} meanwhile is refused, and the connection goes on`, async () => {
      await using site = await openSite()
      const gate = new Gate()
      site.sockets.answer('wait', () => gate.pass())
      const [ada, grace] = [await signIn(site, 'ada'), await signIn(site, 'grace')]
      const { id = '' } = grace.state ?? {}
      gate.shut()
      const waited = ada.ask('wait')
      await eventually(() => gate.waiting === 1, 'the message')
      const switched = ada.present(grace.credential)
      await eventually(() => site.sockets.connectionsOf(id).length === 2, 'both')
      if (how === 'ends') await site.strategy.revoker?.revoke(id)
      else await grace.ask('sign-in', 'grace')
      gate.open()
      await waited
      assert.equal((await switched).refused, 'unknown')
      assert.equal(await ada.ask('who'), null)
      await ada.ask('put', 'note', 'tea')
      assert.equal(site.sockets.connectionsOf(ada.state?.id ?? '').length, 1)
      if (how !== 'ends') assert.equal(await grace.ask('who'), 'grace')
    })
  }
})

suite('what is dropped', () => {
  test('before a message, as another’s save had failed, is answered as saved to nobody', async () => {
    await using site = await openSite()
    const [shrugging, filling] = [new Gate(), new Gate()]
    site.sockets
      .answer('save and shrug', async ({ session }) => {
        session.note = 'tea'
        await session.save().catch(() => {})
        await shrugging.pass()
        return 'shrugged'
      })
      .answer('fill the cart', async ({ session }) => {
        session.cart = ['tea']
        await filling.pass()
      })
    const ada = await enter(site)
    const [tab, third] = [await enter(site, ada.credential), await enter(site, ada.credential)]
    shrugging.shut()
    filling.shut()
    const filled = assert.rejects(third.ask('fill the cart'), { code: 'store_unavailable' })
    await eventually(() => filling.waiting === 1, 'the cart')
    site.store.failing = 'writes'
    const shrugged = ada.ask('save and shrug')
    await eventually(() => shrugging.waiting === 1, 'the save')
    site.store.failing = null
    assert.equal(await tab.ask('who'), null)
    filling.open()
    await filled
    shrugging.open()
    assert.equal(await shrugged, 'shrugged')
    assert.deepEqual(await third.ask('data'), { note: 'milk' })
  })

  test('is dropped once: what is put after it is not lost, though several messages waited for that', async () => {
    await using site = await openSite()
    site.sockets.answer('save and shrug', async ({ session }) => {
      session.note = 'tea'
      site.store.failing = 'writes'
      await session.save().catch(() => {})
      site.store.failing = 'reads'
    })
    const ada = await enter(site)
    await ada.ask('save and shrug')
    site.store.failing = null
    const reading = new Gate()
    const read = site.store.read.bind(site.store)
    site.store.read = async id => {
      const record = await read(id)
      await reading.pass()
      return record
    }
    reading.shut()
    const asked = Promise.all([ada.ask('put', 'note', 'coffee'), ada.ask('who')])
    await eventually(() => reading.waiting > 0, 'the read')
    await ada.send('ping')
    await ada.next(([kind]) => kind === 'pong')
    assert.equal(reading.waiting, 1)
    reading.open()
    await asked
    assert.deepEqual(await ada.ask('data'), { note: 'coffee' })
  })

  test('with a sign-in that could not be undone, either, does not outlive the session', async () => {
    await using site = await openSite()
    const ada = await enter(site)
    const write = site.store.write.bind(site.store)
    site.sockets.answer('sign-in and fail', ({ session }) => {
      session.signIn('ada')
      site.store.failing = 'reads'
      site.store.write = () => Promise.reject(new Error('writes fail, too'))
    })
    await assert.rejects(ada.ask('sign-in and fail'), { code: 'store_unavailable' })
    site.store.failing = null
    site.store.write = write
    await site.strategy.revoker?.revoke(ada.state?.id ?? '')
    assert.deepEqual(await ada.whenClosed(), [4401, 'revoked'])
  })

  for (const [how, closed] of [
    ['ended', [4401, 'revoked']],
    ['was signed in to', [4409, 'signed in']],
  ] as const) {
    test(`once the session ${how} where nobody was told closes all who are in it`, async () => {
      await using site = await openSite()
      const [ada, { store }] = [await enter(site), site]
      const tab = await enter(site, ada.credential)
      site.sockets.answer('save and shrug', async ({ session }) => {
        session.note = 'tea'
        store.failing = 'writes'
        await session.save().catch(() => {})
        store.failing = 'reads'
      })
      await ada.ask('save and shrug')
      store.failing = null
      const { id = '' } = ada.state ?? {}
      const record = await store.read(id)
      if (record === null) throw new Error('nothing is stored')
      if (how === 'ended') store.records.delete(id)
      else store.records.set(id, { ...record, userId: 'ada', version: record.version + 1 })
      await assert.rejects(tab.ask('who'), { code: closed[0] })
      assert.deepEqual(await ada.whenClosed(), closed)
      assert.deepEqual(site.sockets.connectionsOf(id), [])
    })
  }

  test('is what onOpen put before it threw', async () => {
    let times = 0
    await using site = await openSite({
      onOpen({ session }) {
        if (++times < 2) return
        session.note = 'half'
        throw new ClientError('full', 'There is no room.')
      },
    })
    const ada = await enter(site)
    await assert.rejects(enter(site, ada.credential), { code: 'full' })
    assert.deepEqual(await ada.ask('data'), { note: 'milk' })
  })

  test('is nothing of the others’, where onOpen throws and has put nothing', async () => {
    let times = 0
    await using site = await openSite({
      onOpen() {
        if (++times > 1) throw new ClientError('full', 'There is no room.')
      },
    })
    const gate = new Gate()
    site.sockets.answer('put late', async ({ session }) => {
      session.note = 'tea'
      await gate.pass()
    })
    const ada = await enter(site)
    gate.shut()
    const put = ada.ask('put late')
    await eventually(() => gate.waiting === 1, 'the put')
    await assert.rejects(enter(site, ada.credential), { code: 'full' })
    gate.open()
    await put
    assert.deepEqual(await ada.ask('data'), { note: 'tea' })
  })

  test('after an answer that failed by itself is told to onError', async () => {
    await using site = await openSite()
    site.sockets.answer('sign out and fail', ({ session }) => {
      session.signOut()
      throw new ClientError('sorry', 'It failed.')
    })
    const ada = await signIn(site, 'ada')
    site.store.failing = 'removals'
    await assert.rejects(ada.ask('sign out and fail'), { code: 'sorry' })
    assert.deepEqual(
      site.errors.map(error => (error as { code: string }).code),
      ['store_unavailable'],
    )
  })
})
