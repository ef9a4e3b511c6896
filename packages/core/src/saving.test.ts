import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { assertCode } from './assert-code.fixture.ts'
import { onSessionEvent } from './events.ts'
import { Request, Site, Visitor } from './site.fixture.ts'

suite('saving', () => {
  test('is done once for what changed, and not for what is as it was', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { a: { b: 1 } }))
    await visitor.visit(session => {
      session.a = { b: 2 }
      session.a = { b: 1 }
    })
    assert.equal(site.store.calls.write, 1)
    await visitor.visit(async session => {
      session.a = { b: 2 }
      await session.save()
      await session.save()
    })
    assert.equal(site.store.calls.write, 2)
  })

  test('a first one is too late once the answer has begun, a later one is not', async () => {
    const site = new Site()
    const request = await Request.open(site)
    request.answered = true
    request.session.a = 1
    await assertCode('too_late', request.commit())
    assert.deepEqual(site.stored, [])
    request.answered = false
    assert.equal((await request.commit()).do, 'set')
    request.answered = true
    request.session.a = 2
    assert.deepEqual(await request.commit(), { do: 'keep' })
    assert.deepEqual(site.stored, [{ userId: null, data: { a: 2 } }])
  })

  test('fails when the store does, with the cause, and can be tried again', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { a: 1 }))
    const request = await visitor.open()
    request.session.a = 2
    const cause = new Error('down')
    site.store.before = () => Promise.reject(cause)
    assert.equal((await assertCode('store_unavailable', request.commit())).cause, cause)
    assert.deepEqual(site.stored, [{ userId: null, data: { a: 1 } }])
    site.store.before = () => {}
    await request.commit()
    assert.deepEqual(site.stored, [{ userId: null, data: { a: 2 } }])
  })

  test('waits for the save before it, so that no session is in its own way', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { a: 0 }))
    let inFlight = 0
    let most = 0
    site.store.before = async method => {
      if (method !== 'write') return
      most = Math.max(most, ++inFlight)
      await Promise.resolve()
      inFlight--
    }
    const merged = await countEvents('conflict-merged', () =>
      visitor.visit(async session => {
        const saves: Promise<void>[] = []
        for (let a = 1; a <= 5; a++) saves.push(Object.assign(session, { a }).save())
        await Promise.all(saves)
      }),
    )
    assert.equal(most, 1)
    assert.equal(merged, 0)
    assert.deepEqual((await visitor.recall()).data, { a: 5 })
  })

  test('takes what was changed meanwhile with the next commit', async () => {
    const site = new Site()
    const request = await Request.open(site)
    site.store.before = () => {
      site.store.before = () => {}
      request.session.meanwhile = 1
    }
    request.session.a = 1
    await request.session.save()
    assert.deepEqual(site.stored, [{ userId: null, data: { a: 1 } }])
    await request.commit()
    assert.deepEqual(site.stored, [{ userId: null, data: { a: 1, meanwhile: 1 } }])
  })
})

suite('saves that meet', () => {
  test('both win, key by key, and the session in hand shows both', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { base: 1, gone: 1, theirs: 1 }))
    const late = await visitor.open()
    Object.assign(late.session, { mine: 2, both: 2 })
    delete late.session.gone
    await visitor.visit(session => void Object.assign(session, { theirs: 3, both: 3 }))
    assert.equal(await countEvents('conflict-merged', () => late.commit()), 1)
    const data = { base: 1, theirs: 3, mine: 2, both: 2 }
    assert.deepEqual({ ...late.session }, data)
    assert.deepEqual((await visitor.recall()).data, data)
  })

  test('a save after the session has ended is dropped, and leaves an empty, anonymous session', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { a: 1 }).signIn('alice'))
    const [late, saving] = [await visitor.open(), await visitor.open()]
    await visitor.visit(session => session.signOut())
    late.session.a = 2
    assert.equal(await countEvents('conflict-lost', () => late.commit()), 1)
    assert.deepEqual([{ ...late.session }, late.session.userId], [{}, null])
    saving.session.a = 2
    await assertCode('session_ended', saving.session.save())
    assert.deepEqual(site.stored, [])
  })

  test('a save after another user signed in is dropped', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { a: 1 }))
    const late = await visitor.open()
    await visitor.visit(session => session.signIn('alice'))
    late.session.a = 2
    await assertCode('session_ended', late.session.save())
    assert.deepEqual({ ...late.session }, {})
    assert.deepEqual(site.stored, [{ userId: 'alice', data: { a: 1 } }])
  })

  test('a save after the session has expired is dropped', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const late = await visitor.open()
    late.session.a = 2
    site.time = Number(late.session.expiresAt)
    await assertCode('session_ended', late.session.save())
    assert.deepEqual(site.stored, [{ userId: 'alice', data: {} }])
  })

  test('a touch that finds the session ended is no loss', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const late = await visitor.open()
    await visitor.visit(session => session.signOut())
    site.time += 60_000
    assert.equal(await countEvents('conflict-lost', () => late.commit()), 0)
    assert.deepEqual(site.stored, [])
  })

  test('a sign-out during a save wins', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const request = await visitor.open()
    site.store.before = () => {
      site.store.before = () => {}
      request.session.signOut()
    }
    request.session.a = 1
    await request.session.save()
    assert.deepEqual([{ ...request.session }, request.session.userId], [{}, null])
    assert.deepEqual(await request.commit(), { do: 'clear' })
    assert.deepEqual(site.stored, [])
  })

  test('a sign-out during the first save wins, and no credential gets out', async () => {
    const site = new Site()
    const request = await Request.open(site)
    site.store.before = () => {
      site.store.before = () => {}
      request.session.signOut()
    }
    request.session.signIn('alice')
    await request.session.save()
    assert.deepEqual(await request.commit(), { do: 'keep' })
    assert.deepEqual(site.stored, [])
  })

  test('a save that loses after a sign-out leaves the session that came after alone', async () => {
    for (const meanwhile of ['saved', 'ended']) {
      const site = new Site()
      const visitor = new Visitor(site)
      await visitor.visit(session => session.signIn('alice'))
      const request = await visitor.open()
      const other = await visitor.open()
      site.store.before = async () => {
        site.store.before = () => {}
        if (meanwhile === 'saved') await Object.assign(other.session, { secret: 'of alice' }).save()
        else await other.session.destroy()
        request.session.signOut()
        request.session.notice = 'bye'
      }
      request.session.a = 1
      assert.equal(await countEvents('conflict-merged', () => request.session.save()), 0)
      assert.deepEqual({ ...request.session }, { notice: 'bye' })
      await request.commit()
      assert.deepEqual(site.stored, [{ userId: null, data: { notice: 'bye' } }])
    }
  })

  test('a sign-in that meets another change keeps it', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { cart: 1 }))
    const signingIn = await visitor.open()
    signingIn.session.signIn('alice')
    await visitor.visit(session => void Object.assign(session, { theme: 'dark' }))
    visitor.follow(await signingIn.commit())
    assert.deepEqual(await visitor.recall(), { userId: 'alice', data: { cart: 1, theme: 'dark' } })
  })

  test('a sign-in whose session has ended, or is another user’s, goes on in a session of its own', async () => {
    for (const meanwhile of ['signOut', 'signIn'] as const) {
      const site = new Site()
      const visitor = new Visitor(site)
      await visitor.visit(session => void Object.assign(session, { cart: 1 }))
      const signingIn = await visitor.open()
      signingIn.session.signIn('alice')
      const before = signingIn.session.id
      await visitor.visit(session => session[meanwhile]('bob' as never))
      visitor.follow(await signingIn.commit())
      assert.deepEqual(await visitor.recall(), { userId: 'alice', data: { cart: 1 } })
      assert.notEqual(await visitor.visit(session => session.id), before)
      const bobs = site.stored.filter(({ userId }) => userId === 'bob')
      assert.equal(bobs.length, meanwhile === 'signIn' ? 1 : 0)
    }
  })

  test('a save that loses again and again gives up with a conflict', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { a: 1 }))
    const [record] = [...site.store.records.values()]
    assert.ok(record)
    const request = await visitor.open()
    request.session.a = 2
    let { version } = record
    site.store.before = method => {
      if (method === 'write') site.store.records.set(record.id, { ...record, version: ++version })
    }
    await assertCode('conflict', request.commit())
    assert.equal(site.store.calls.write, 1 + 40)
    site.store.before = () => {}
    await request.commit()
    assert.deepEqual(site.stored, [{ userId: null, data: { a: 2 } }])
  })
})

suite('reloading', () => {
  test('drops what was not saved, and shows what others saved', async () => {
    const visitor = new Visitor(new Site())
    await visitor.visit(session => void Object.assign(session, { a: 1, b: 1 }))
    await visitor.visit(async session => {
      Object.assign(session, { a: 2, mine: 2 })
      await visitor.visit(other => void Object.assign(other, { b: 3 }))
      await session.reload()
      assert.deepEqual({ ...session }, { a: 1, b: 3 })
    })
    assert.deepEqual((await visitor.recall()).data, { a: 1, b: 3 })
  })

  test('a session that was never saved leaves nothing', async () => {
    const { session } = await Request.open(new Site())
    session.a = 1
    await session.reload()
    assert.deepEqual({ ...session }, {})
  })

  test('a session that has ended is a session_ended', async () => {
    const visitor = new Visitor(new Site())
    await visitor.visit(session => session.signIn('alice'))
    const { session } = await visitor.open()
    await visitor.visit(other => other.signOut())
    await assertCode('session_ended', session.reload())
  })
})

async function countEvents(
  event: 'conflict-merged' | 'conflict-lost',
  during: () => unknown,
): Promise<number> {
  let count = 0
  const stop = onSessionEvent(event, () => void count++)
  await during()
  stop()
  return count
}
