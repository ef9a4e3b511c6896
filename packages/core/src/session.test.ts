import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { assertCode } from './assert-code.fixture.ts'
import { type AnySession, hourMs, Request, Site, Visitor } from './site.fixture.ts'

const ours = [
  ...['id', 'userId', 'createdAt', 'expiresAt', 'deadline', '__proto__'],
  ...['signIn', 'signOut', 'reset', 'touch', 'save', 'reload', 'destroy', 'regenerate'],
]

suite('a session as a bag of properties', () => {
  test('has the data for its enumerable properties, and nothing else', async () => {
    const { session } = await Request.open(new Site())
    session.cart = ['apples']
    session.theme = 'dark'
    const keysIn: string[] = []
    for (const key in session) keysIn.push(key)
    assert.deepEqual(keysIn, ['cart', 'theme'])
    assert.deepEqual({ ...session }, { cart: ['apples'], theme: 'dark' })
    assert.equal(JSON.stringify(session), '{"cart":["apples"],"theme":"dark"}')
  })

  test('sees a change deep inside a value', async () => {
    const visitor = new Visitor(new Site())
    await visitor.visit(session => Object.assign(session, { cart: { lines: [{ n: 1 }] } }))
    await visitor.visit(session => {
      const { lines } = session.cart as { lines: { n: number }[] }
      if (lines[0]) lines[0].n++
    })
    assert.deepEqual((await visitor.recall()).data, { cart: { lines: [{ n: 2 }] } })
  })

  test('lets nobody take its own names, by whatever way', async () => {
    const site = new Site()
    for (const name of ours) {
      const { session } = await Request.open(site)
      assertCode('reserved_key', () => {
        session[name] = 'x'
      })
      const hostile = JSON.parse(`{"a":1,${JSON.stringify(name)}:{"admin":true}}`)
      assertCode('reserved_key', () => Object.assign(session, hostile))
      assert.equal(session.admin, undefined)
      assert.equal(typeof session.signIn, 'function')
    }
  })

  test('refuses at the save what was defined over its own names', async () => {
    const site = new Site()
    for (const name of ours) {
      const request = await Request.open(site)
      Object.defineProperty(request.session, name, { value: 'x', enumerable: true })
      await assertCode('reserved_key', request.commit())
    }
    assert.deepEqual(site.stored, [])
  })

  test('keeps other names that mean something to JavaScript', async () => {
    const names = [
      'constructor',
      'toString',
      'hasOwnProperty',
      'then',
      'toJSON',
      '__defineGetter__',
      'prototype',
      '0',
      '',
    ]
    const data = Object.fromEntries(names.map(name => [name, `my ${name}`]))
    const visitor = new Visitor(new Site())
    await visitor.visit(session => void Object.assign(session, data))
    assert.deepEqual((await visitor.recall()).data, data)
  })

  test('keeps __proto__ inside a value, where it does no harm', async () => {
    const visitor = new Visitor(new Site())
    await visitor.visit(session => {
      session.filter = JSON.parse('{"__proto__":{"admin":true}}')
    })
    const filter = await visitor.visit(session => session.filter as { admin?: boolean })
    assert.equal(JSON.stringify(filter), '{"__proto__":{"admin":true}}')
    assert.equal(filter.admin, undefined)
    assert.equal(({} as { admin?: boolean }).admin, undefined)
  })

  test('says of itself when it began and will end, once it is saved; touch moves that', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    const times = (session: AnySession) => [session.createdAt, session.expiresAt, session.deadline]
    const begun = site.time
    await visitor.visit(async session => {
      assert.deepEqual(times(session), [null, null, null])
      session.a = 1
      await session.save()
      assert.deepEqual(times(session), [begun, begun + hourMs, begun + 3 * hourMs])
    })
    site.time += 1
    await visitor.visit(session => void session.touch())
    assert.deepEqual(await visitor.visit(times), [begun, begun + hourMs + 1, begun + 3 * hourMs])
  })

  test('lives by use, but not past its deadline', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const deadline = site.time + 3 * hourMs
    for (let halfHours = 1; halfHours <= 5; halfHours++) {
      site.time += hourMs / 2
      await visitor.visit(session => void Object.assign(session, { halfHours }))
      assert.equal(await visitor.visit(({ expiresAt }) => expiresAt), Math.min(site.time + hourMs, deadline))
    }
    site.time = deadline - 1
    assert.equal((await visitor.recall()).userId, 'alice')
    site.time = deadline
    assert.equal((await visitor.recall()).userId, null)
  })

  test('keeps its id for life, and has one before it is saved', async () => {
    const visitor = new Visitor(new Site())
    const id = await visitor.visit(session => {
      session.a = 1
      return session.id
    })
    assert.match(id, /^[\w-]{22}$/)
    assert.equal(await visitor.visit(session => session.id), id)
    await visitor.visit(session => session.signIn('alice'))
    assert.equal(await visitor.visit(session => session.id), id)
  })
})

suite('a session and its callbacks', () => {
  test('save, reload, regenerate and destroy take one, or return a promise', async () => {
    const { session } = await Request.open(new Site())
    session.a = 1
    for (const method of ['save', 'reload', 'regenerate', 'destroy'] as const) {
      assert.equal(await session[method](), undefined)
      const error = await new Promise(resolve => void session[method](resolve))
      assert.equal(error, undefined, method)
    }
  })

  test('a failure reaches the callback, or rejects the promise, never both', async () => {
    const site = new Site()
    const { session } = await Request.open(site)
    session.a = 1
    await session.save()
    site.store.before = () => {
      throw new Error('down')
    }
    for (const method of ['save', 'reload', 'destroy'] as const) {
      session.a = method
      await assertCode('store_unavailable', session[method]())
      let returned: unknown
      const error = await new Promise(resolve => {
        returned = session[method](resolve)
      })
      await assertCode('store_unavailable', Promise.reject(error))
      assert.equal(await returned, undefined)
    }
  })

  test('touch returns the session, as express-session has it', async () => {
    const { session } = await Request.open(new Site())
    assert.equal(session.touch(), session)
  })
})
