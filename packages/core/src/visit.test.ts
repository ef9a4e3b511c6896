import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { assertCode } from './assert-code.fixture.ts'
import { SessionError } from './errors.ts'
import { Request, Site, Visitor } from './site.fixture.ts'

suite('a visit in which much happens at once', () => {
  test('reload does not take over the session of somebody who signed in meanwhile', async () => {
    const site = new Site()
    const victim = new Visitor(site)
    await victim.visit(session => void Object.assign(session, { cart: 1 }))
    const attacker = await Request.open(site, victim.credential) // planted it, holds a connection open
    await victim.visit(session => void Object.assign(session, { secret: 1 }).signIn('alice'))
    await attacker.session.reload().catch(() => {})
    assert.equal(attacker.session.userId, null)
    assert.equal(attacker.session.secret, undefined)
  })

  test('a sign-out while an earlier end is being saved stores nothing of the ended session', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('bob'))
    const request = await visitor.open()
    request.session.signIn('alice') // ends bob's, which the save does first
    request.session.secret = 'of alice'
    site.store.before = () => {
      site.store.before = () => {}
      request.session.signOut()
    }
    await request.session.save()
    assert.deepEqual(site.stored, [])
  })

  test('a sign-out while a reload is under way wins', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const { session } = await visitor.open()
    const reloading = session.reload()
    session.signOut()
    await reloading.catch(() => {})
    assert.equal(session.userId, null)
  })

  test('a first save that failed after it was done still gives the client its credential', async () => {
    const site = new Site()
    const request = await Request.open(site)
    request.session.a = 1
    const { write } = site.store
    site.store.write = async next => {
      await write.call(site.store, next)
      site.store.write = write
      throw new Error('the answer was lost')
    }
    await assertCode('store_unavailable', request.commit())
    assert.equal((await request.commit()).do, 'set')
  })

  test('signing in and then out everywhere in one request ends the user’s other sessions', async () => {
    const site = new Site()
    const [here, there] = [new Visitor(site), new Visitor(site)]
    await there.visit(session => session.signIn('alice'))
    await here.visit(session => {
      session.signIn('alice')
      session.signOut({ everywhere: true })
    })
    assert.equal((await there.recall()).userId, null)
  })

  test('reload of a session never saved drops an unsaved sign-in', async () => {
    const { session } = await Request.open(new Site())
    session.signIn('alice')
    await session.reload()
    assert.equal(session.userId, null)
  })

  test('a regenerate that is refused leaves the session in its place', async () => {
    const fault = new SessionError('store_unavailable', 'down')
    const site = new Site()
    const session = site.sessions.openAnonymous<Record<string, unknown>>(
      { canDeliver: () => true, replaced() {} },
      fault,
    )
    try {
      await session.regenerate()
    } catch {}
    session.a = 1
    await assert.rejects(async () => site.sessions.commit(session), fault) // says `keep`, as if all were saved
  })

  test('destroy and regenerate report a fault to their callback, and throw nothing', async () => {
    const fault = new SessionError('store_unavailable', 'down')
    const session = new Site().sessions.openAnonymous({ canDeliver: () => true, replaced() {} }, fault)
    assert.equal(await new Promise(resolve => session.destroy(resolve)), fault)
  })

  test('a value in hand is still the session’s after a merge', async () => {
    const visitor = new Visitor(new Site())
    await visitor.visit(s => void Object.assign(s, { cart: [] as number[] }))
    await visitor.visit(async s => {
      const cart = s.cart as number[]
      await visitor.visit(o => void Object.assign(o, { theme: 'dark' }))
      cart.push(1)
      await s.save()
      cart.push(2)
    })
    assert.deepEqual((await visitor.recall()).data.cart, [1, 2])
    await visitor.visit(async s => {
      const cart = s.cart as number[]
      await visitor.visit(o => void Object.assign(o, { theme: 'light' }))
      s.x = 1
      await s.save()
      cart.push(3)
    })
    assert.deepEqual((await visitor.recall()).data.cart, [1, 2, 3])
  })

  test('an error that the application has had from its own save is not thrown again, until it saves again', async () => {
    const site = new Site()
    const { session, commit } = bind(await Request.open(site))
    session.a = 1
    const { write } = site.store
    site.store.write = () => Promise.reject(new Error('down'))
    await assertCode('store_unavailable', session.save())
    assert.deepEqual(await commit(), { do: 'keep' })
    await assertCode('store_unavailable', session.save())
    site.store.write = write
    await session.save()
    assert.equal((await commit()).do, 'set')
  })

  test('a reload drops what could not be saved: what changes after it is saved as ever', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const { session, commit } = bind(await visitor.open())
    const { write } = site.store
    site.store.write = () => Promise.reject(new Error('down'))
    session.a = 1
    await assertCode('store_unavailable', session.save())
    await commit()
    site.store.write = write
    await session.reload()
    session.b = 1
    await commit()
    assert.deepEqual(site.stored[0]?.data, { b: 1 })
  })

  test('a sign-out after a failed save is not taken for told: it fails aloud, and is done once it can be', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const { session, commit } = bind(await visitor.open())
    const { write, remove } = site.store
    site.store.write = () => Promise.reject(new Error('down'))
    site.store.remove = () => Promise.reject(new Error('down'))
    session.a = 1
    await assertCode('store_unavailable', session.save())
    session.signOut()
    await assertCode('store_unavailable', commit())
    Object.assign(site.store, { write, remove })
    assert.equal((await commit()).do, 'clear')
    assert.deepEqual(site.stored, [])
  })

  test('of two saves of a session that has ended, neither says that it was done', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const { session } = await visitor.open()
    await site.strategy.revoker.revoke(session.id)
    session.a = 1
    const first = session.save()
    session.b = 2
    const second = session.save()
    await assertCode('session_ended', first)
    await assertCode('session_ended', second)
  })

  test('another error than the one it had from its own save is thrown', async () => {
    const site = new Site()
    const { session, commit } = bind(await Request.open(site))
    session.a = 1
    site.store.write = () => Promise.reject(new Error('down'))
    await assertCode('store_unavailable', session.save())
    session.b = () => {}
    await assertCode('not_json', commit())
  })
})

const bind = (request: Request) => ({ session: request.session, commit: () => request.commit() })
