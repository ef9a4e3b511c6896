import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { assertCode } from './assert-code.fixture.ts'
import { hourMs, Request, Site, Visitor } from './site.fixture.ts'
import type { SessionRecord } from './strategy.ts'

suite('signing in', () => {
  test('keeps the data, and leaves the credential from before worthless', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { cart: ['apples'] }))
    const fixated = visitor.credential
    await visitor.visit(session => session.signIn('alice'))
    assert.notEqual(visitor.credential, fixated)
    assert.deepEqual(await visitor.recall(), { userId: 'alice', data: { cart: ['apples'] } })
    assert.deepEqual({ ...(await Request.open(site, fixated)).session }, {})
    assert.equal(site.store.records.size, 1)
  })

  test('again, as the same user, gives a new credential and a new deadline', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const { credential } = visitor
    site.time += hourMs / 2
    await visitor.visit(session => session.signIn('alice'))
    assert.equal((await Request.open(site, credential)).session.userId, null)
    assert.equal(await visitor.visit(session => session.deadline), site.time + 3 * hourMs)
  })

  test('as another user ends the session of the first, and starts with nothing', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { secret: 'of alice' }).signIn('alice'))
    const { credential } = visitor
    await visitor.visit(session => {
      session.signIn('bob')
      assert.deepEqual({ ...session }, {})
    })
    assert.deepEqual(await visitor.recall(), { userId: 'bob', data: {} })
    assert.equal((await Request.open(site, credential)).session.userId, null)
    assert.deepEqual(site.stored, [{ userId: 'bob', data: {} }])
  })

  test('is done once, however often the session is saved then', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { a: 1 }))
    const request = await visitor.open()
    request.session.signIn('alice')
    assert.equal((await request.commit()).do, 'set')
    request.session.a = 2
    assert.deepEqual(await request.commit(), { do: 'keep' })
    assert.deepEqual(await request.commit(), { do: 'keep' })
  })

  test('takes no user id but text that is not empty', async () => {
    const { session } = await Request.open(new Site())
    for (const userId of ['', undefined, null, 1, {}, ['alice']] as string[]) {
      assertCode('invalid_option', () => session.signIn(userId))
    }
    assert.equal(session.userId, null)
  })

  test('is too late once the answer has begun, and then nobody is signed in', async () => {
    const site = new Site()
    const request = await Request.open(site)
    request.answered = true
    request.session.signIn('alice')
    await assertCode('too_late', request.commit())
    assert.deepEqual(site.stored, [])
  })
})

suite('signing out', () => {
  test('forgets the session here and at the client', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { a: 1 }).signIn('alice'))
    const { credential } = visitor
    await visitor.visit(session => {
      session.signOut()
      assert.equal(session.userId, null)
      assert.deepEqual({ ...session }, {})
    })
    assert.equal(visitor.credential, null)
    assert.deepEqual(site.stored, [])
    assert.equal((await Request.open(site, credential)).session.userId, null)
  })

  test('and storing something then makes another, anonymous session', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { a: 1 }).signIn('alice'))
    const id = await visitor.visit(session => session.id)
    for (const end of ['signOut', 'reset'] as const) {
      await visitor.visit(session => {
        session[end]()
        session.notice = end
        assert.notEqual(session.id, id)
      })
      assert.deepEqual(await visitor.recall(), { userId: null, data: { notice: end } })
      assert.equal(site.store.records.size, 1)
    }
  })

  test('and reset keeps what it is told to', async () => {
    const visitor = new Visitor(new Site())
    await visitor.visit(session => void Object.assign(session, { a: 1, b: 2 }).signIn('alice'))
    await visitor.visit(session => session.reset(['b', 'missing', 'id']))
    assert.deepEqual(await visitor.recall(), { userId: null, data: { b: 2 } })
  })

  test('says nothing to a client that holds no credential', async () => {
    const request = await Request.open(new Site())
    request.session.signOut()
    assert.deepEqual(await request.commit(), { do: 'keep' })
    request.session.signIn('alice')
    assert.equal((await request.commit()).do, 'set')
    for (const instruction of ['clear', 'keep']) {
      request.session.signOut()
      assert.deepEqual(await request.commit(), { do: instruction })
    }
  })

  test('takes back a sign-in that was not saved', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => {
      session.signIn('alice')
      session.signOut()
    })
    assert.equal(visitor.credential, null)
    assert.deepEqual(site.stored, [])
  })

  test('everywhere ends all sessions of the user, and no others', async () => {
    const site = new Site()
    const [here, there, bob] = [new Visitor(site), new Visitor(site), new Visitor(site)]
    for (const visitor of [here, there]) await visitor.visit(session => session.signIn('alice'))
    await bob.visit(session => session.signIn('bob'))
    await here.visit(session => session.signOut({ everywhere: true }))
    const users = await Promise.all([here, there, bob].map(async visitor => (await visitor.recall()).userId))
    assert.deepEqual(users, [null, null, 'bob'])
  })

  test('fails when the store does, and is made good by the next commit', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const request = await visitor.open()
    request.session.signOut()
    site.store.before = () => Promise.reject(new Error('down'))
    await assertCode('store_unavailable', request.commit())
    site.store.before = () => {}
    assert.deepEqual(await request.commit(), { do: 'clear' })
    assert.deepEqual(site.stored, [])
  })

  test('now: destroy ends the session before it returns', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    await visitor.visit(async session => {
      await session.destroy()
      assert.deepEqual(site.stored, [])
      assert.equal(session.userId, null)
    })
    assert.equal(visitor.credential, null)
  })
})

suite('regenerating', () => {
  test('puts an empty session in the place of the old, which keeps its data', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { kept: { by: 'app' } }).signIn('alice'))
    const { credential } = visitor
    const request = await visitor.open()
    const before = request.session
    await before.regenerate()
    const after = request.session
    assert.notEqual(after, before)
    assert.deepEqual({ ...before }, { kept: { by: 'app' } })
    assert.deepEqual([{ ...after }, after.userId], [{}, null])
    Object.assign(after, before).signIn('bob')
    visitor.follow(await request.commit())
    assert.deepEqual(await visitor.recall(), { userId: 'bob', data: { kept: { by: 'app' } } })
    assert.equal((await Request.open(site, credential)).session.userId, null)
    assert.equal(site.store.records.size, 1)
  })
})

suite('without a revoker', () => {
  /** A strategy whose client holds the whole session: a credential with every save. */
  function createSite(): Site {
    const { strategy } = new Site()
    const traits = { ...strategy.traits, newCredential: 'at-save' as const }
    const holding = {
      ...strategy,
      traits,
      revoker: null,
      directory: null,
      async save(record: SessionRecord) {
        const saved = await strategy.save(record, { reissue: false })
        return saved.ok ? { ...saved, credential: saved.credential ?? 'again' } : saved
      },
    }
    return new Site({ strategy: holding })
  }

  test('nobody is signed out everywhere, and the session is what it was', async () => {
    const request = await Request.open(createSite())
    request.session.signIn('alice')
    assertCode('not_revocable', () => request.session.signOut({ everywhere: true }))
    assert.equal(request.session.userId, 'alice')
  })

  test('a sign-out is too late once the answer has begun: nothing else could end the session', async () => {
    const request = await Request.open(createSite())
    request.session.signIn('alice')
    await request.commit()
    request.answered = true
    assertCode('too_late', () => request.session.signOut())
    assert.equal(request.session.userId, 'alice')
  })

  test('a sign-out clears what the client holds', async () => {
    const request = await Request.open(createSite())
    request.session.signIn('alice')
    assert.equal((await request.commit()).do, 'set')
    request.session.signOut()
    assert.deepEqual(await request.commit(), { do: 'clear' })
  })

  test('a save is too late once the answer has begun', async () => {
    const request = await Request.open(createSite())
    request.session.a = 1
    await request.commit()
    request.session.a = 2
    request.answered = true
    await assertCode('too_late', request.commit())
  })

  test('a touch that is due once the answer has begun waits for the next visit', async () => {
    const site = createSite()
    const request = await Request.open(site)
    request.session.a = 1
    await request.commit()
    site.time += hourMs / 2
    request.answered = true
    assert.deepEqual(await request.commit(), { do: 'keep' })
    request.answered = false
    assert.equal((await request.commit()).do, 'set')
  })

  test('reload brings back what was read', async () => {
    const { session } = await Request.open(createSite())
    session.a = 1
    await session.save()
    session.a = 2
    await session.reload()
    assert.deepEqual({ ...session }, { a: 1 })
  })
})
