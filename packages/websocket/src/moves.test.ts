import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually, Gate, hourMs } from '@sojourn/conformance'
import { createStoredStrategy } from '@sojourn/core'
import type { Client, Message } from './client.fixture.ts'
import { openSite, type Site, type SiteOptions, secret } from './site.fixture.ts'

/** Two connections in one anonymous session: who knows whether they are two tabs, or a thief and his prey. */
async function openBoth(site: Site): Promise<[Client, Client]> {
  const [ada, other] = [site.client(), site.client()]
  await ada.present()
  await ada.ask('put', 'note', 'milk')
  await other.present(ada.credential)
  return [ada, other]
}

const credentialsIn = (messages: readonly Message[]) =>
  messages.map(message => message.at(-1)?.credential).filter(credential => credential !== undefined)

suite('a sign-in on one connection', () => {
  test('puts the others out with 4409, and tells them no credential', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    await ada.ask('sign-in', 'ada')
    assert.deepEqual(await other.whenClosed(), [4409, 'signed in'])
    assert.deepEqual(credentialsIn(other.received), [])
    assert.deepEqual(credentialsIn(ada.received).at(-1), ada.credential)
    assert.equal(await ada.ask('who'), 'ada')

    const late = site.client({ credential: ada.credential })
    assert.equal((await late.present()).userId, 'ada')
    assert.equal(site.sockets.connectionsOf(ada.state?.id ?? '').length, 2)
  })

  test('shows the user to no other while it is being saved', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    const seen: unknown[] = []
    const gate = new Gate()
    site.sockets.answer('look later', async connection => {
      await gate.pass()
      seen.push(connection.session.userId)
      assert.throws(() => connection.session.signOut(), { code: 'session_ended' })
    })
    gate.shut()
    void other.ask('look later').catch(() => {})
    await eventually(() => gate.waiting === 1, 'the look')
    site.store.gate.shut()
    const signedIn = ada.ask('sign-in', 'ada')
    await eventually(() => site.store.gate.waiting === 1, 'the save')
    const asked = assert.rejects(other.ask('who'), { code: 'session_ended' })
    gate.open()
    await eventually(() => seen.length === 1, 'the late look')
    site.store.gate.open()
    await signedIn
    await asked
    assert.deepEqual(seen, [null])
    assert.deepEqual(await other.whenClosed(), [4409, 'signed in'])
    assert.equal(await ada.ask('who'), 'ada')
  })

  test('that cannot be saved leaves the session as it was: the others come back into it', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    const { credential } = ada
    site.store.failing = 'writes'
    await assert.rejects(ada.ask('sign-in', 'ada'), {
      code: 'store_unavailable',
      message: 'The server failed.',
    })
    assert.deepEqual(await other.whenClosed(), [4409, 'signed in'])
    assert.equal(await ada.ask('who'), null)
    site.store.failing = null
    const again = site.client({ credential: other.credential ?? credential })
    await again.present()
    await again.ask('put', 'note', 'tea')
    assert.deepEqual(await ada.ask('data'), { note: 'tea' })
    assert.equal(ada.credential, credential)
  })

  test('that can neither be saved nor undone is seen by nobody', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    site.sockets.answer('sign-in and fail', ({ session }) => {
      session.signIn('ada')
      site.store.failing = 'reads'
      site.store.write = () => Promise.reject(new Error('writes fail, too'))
    })
    await assert.rejects(ada.ask('sign-in and fail'), { code: 'store_unavailable' })
    assert.deepEqual(await other.whenClosed(), [4409, 'signed in'])
    await assert.rejects(ada.ask('who'), { code: 'store_unavailable' })
    site.store.failing = null
    const late = site.client({ credential: ada.credential })
    assert.equal((await late.present()).userId, null)
    assert.equal(await ada.ask('who'), null)
    assert.equal(site.sockets.connectionsOf(ada.state?.id ?? '').length, 2)
  })

  test('is told to its client once it is saved, whatever else is saved before', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    const gate = new Gate()
    site.sockets.answer('sign-in slowly', async ({ session }) => {
      session.signIn('ada')
      await gate.pass()
    })
    gate.shut()
    site.store.gate.shut()
    await other.send('tell', 'put', 'note', 'tea')
    await eventually(() => site.store.gate.waiting === 1, 'the save')
    const signedIn = ada.ask('sign-in slowly')
    await eventually(() => gate.waiting === 1, 'the sign-in')
    site.store.gate.open()
    await eventually(() => site.store.writes === 2, 'the save')
    await ada.send('ping')
    await ada.next(([kind]) => kind === 'pong')
    assert.ok(ada.received.every(message => message.at(-1)?.userId !== 'ada'))
    gate.open()
    await signedIn
    assert.equal(ada.state?.userId, 'ada')
  })

  test('whose client left before it was saved signs nobody in', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    const gate = new Gate()
    site.sockets.answer('sign-in slowly', async ({ session }) => {
      session.signIn('ada')
      await gate.pass()
    })
    gate.shut()
    await ada.send('tell', 'sign-in slowly')
    await eventually(() => gate.waiting === 1, 'the sign-in')
    await ada.close()
    assert.deepEqual(await other.whenClosed(), [4409, 'signed in'])
    gate.open()
    const late = site.client({ credential: ada.credential })
    assert.equal((await late.present()).userId, null)
    await eventually(() => site.errors.length === 1, 'the refusal')
    assert.equal((site.errors[0] as { code: string }).code, 'too_late')
    assert.equal(await late.ask('who'), null)
  })

  test('that another saves, by an object that it kept, is still given to the one that did it', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    const [signing, saving] = [new Gate(), new Gate()]
    site.sockets
      .answer('sign-in slowly', async ({ session }) => {
        session.signIn('ada')
        await signing.pass()
      })
      .answer('save late', async ({ session }) => {
        await saving.pass()
        await session.save()
      })
    signing.shut()
    saving.shut()
    await other.send('tell', 'save late')
    await eventually(() => saving.waiting === 1, 'the late save')
    const signedIn = ada.ask('sign-in slowly')
    await eventually(() => signing.waiting === 1, 'the sign-in')
    saving.open()
    await eventually(() => site.store.writes === 2, 'the save')
    signing.open()
    await signedIn
    assert.deepEqual(await other.whenClosed(), [4409, 'signed in'])
    assert.deepEqual(credentialsIn(other.received), [])
    const again = site.client({ credential: ada.credential })
    assert.equal((await again.present()).userId, 'ada')
  })

  test('is not written to by what still runs for one that it put out', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    const gate = new Gate()
    let code: unknown
    site.sockets.answer('put late', async connection => {
      await gate.pass()
      connection.session.note = 'late'
      code = await connection.session.save().catch((error: { code: string }) => error.code)
    })
    gate.shut()
    await other.send('tell', 'put late')
    await eventually(() => gate.waiting === 1, 'the message')
    await ada.ask('sign-in', 'ada')
    await other.whenClosed()
    gate.open()
    await eventually(() => code !== undefined, 'the late save')
    assert.equal(code, 'session_ended')
    assert.deepEqual(await ada.ask('data'), { note: 'milk' })
  })

  test('is not saved by what ends meanwhile on another', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    const witness = site.client()
    await witness.present()
    const [signing, waiting] = [new Gate(), new Gate()]
    let isDone = false
    site.sockets
      .answer('sign-in, or not', async ({ session }) => {
        session.signIn('ada')
        await signing.pass()
        session.signOut()
      })
      .answer('wait', async () => {
        await waiting.pass()
        isDone = true
      })
    signing.shut()
    waiting.shut()
    await other.send('tell', 'wait')
    await eventually(() => waiting.waiting === 1, 'the message')
    const done = ada.ask('sign-in, or not')
    await eventually(() => signing.waiting === 1, 'the sign-in')
    waiting.open()
    await eventually(() => isDone, 'the end of the message')
    await witness.ask('who')
    assert.equal(site.store.writes, 1)
    signing.open()
    await done
    assert.equal(await ada.ask('who'), null)
    assert.deepEqual(await other.whenClosed(), [4409, 'signed in'])
  })

  test('for a client that has left already is refused, and disturbs nobody', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    const gate = new Gate()
    let isRefused = false
    site.sockets.answer('sign-in late', async ({ session }) => {
      await gate.pass()
      assert.throws(() => session.signIn('ada'), { code: 'session_ended' })
      isRefused = true
    })
    gate.shut()
    await ada.send('tell', 'sign-in late')
    await eventually(() => gate.waiting === 1, 'the sign-in')
    await ada.close()
    await eventually(() => site.sockets.connections.size === 1, 'the end')
    gate.open()
    await eventually(() => isRefused, 'the refusal')
    assert.equal(await other.ask('who'), null)
    assert.deepEqual(
      [...site.store.records.values()].map(({ userId }) => userId),
      [null],
    )
  })

  test('outside of any message is saved by itself, and parts the first from the others', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    const [first] = site.sockets.connections
    first?.session.signIn('ada')
    assert.deepEqual(await other.whenClosed(), [4409, 'signed in'])
    await ada.next(([kind, state]) => kind === 'session' && state.userId === 'ada')
    const again = site.client({ credential: ada.credential })
    assert.equal((await again.present()).userId, 'ada')
  })

  test('elsewhere, by a request, puts all of them out', async () => {
    await using site = await openSite()
    await using elsewhere = await openSite({ from: site })
    const [ada, other] = await openBoth(site)
    const request = elsewhere.client({ credential: ada.credential })
    await request.present()
    await request.ask('sign-in', 'ada')
    assert.deepEqual(await ada.whenClosed(), [4409, 'signed in'])
    assert.deepEqual(await other.whenClosed(), [4409, 'signed in'])
    assert.equal(await request.ask('who'), 'ada')
  })

  test('is not joined by who presents the credential from before', async () => {
    await using site = await openSite()
    const [ada] = await openBoth(site)
    const old = ada.credential
    const gate = new Gate()
    site.sockets.answer('sign-in slowly', async ({ session }) => {
      session.signIn('ada')
      await gate.pass()
    })
    gate.shut()
    const signedIn = ada.ask('sign-in slowly')
    await eventually(() => gate.waiting === 1, 'the sign-in')
    const mallory = site.client({ credential: old })
    let reads = 0
    const read = site.store.read.bind(site.store)
    site.store.read = async id => {
      const record = await read(id)
      reads++
      return record
    }
    const presented = mallory.present()
    await eventually(() => reads === 1, 'the read')
    gate.open()
    await signedIn
    assert.equal((await presented).refused, 'unknown')
    assert.equal(await mallory.ask('who'), null)
    assert.equal(await ada.ask('who'), 'ada')
  })
})

for (const verb of ['sign-out', 'regenerate']) {
  suite(`a ${verb} on one connection`, () => {
    test('closes the others, and leaves that one in a new anonymous session', async () => {
      await using site = await openSite()
      const ada = site.client()
      await ada.present()
      await ada.ask('sign-in', 'ada')
      const tab = site.client()
      await tab.present(ada.credential)
      const { id } = ada.state ?? {}
      await ada.ask(verb)
      assert.deepEqual(await tab.whenClosed(), [4401, 'signed-out'])
      assert.equal(ada.credential, null)
      assert.equal(await ada.ask('who'), null)
      assert.notEqual(ada.state?.id, id)
      await ada.ask('put', 'note', 'bye')
      assert.ok(ada.credential)
    })

    test('that cannot be done is done with the next message', async () => {
      await using site = await openSite()
      const ada = site.client()
      await ada.present()
      await ada.ask('sign-in', 'ada')
      const tab = site.client()
      await tab.present(ada.credential)
      site.store.failing = 'removals'
      await assert.rejects(ada.ask(verb), { code: 'store_unavailable' })
      assert.deepEqual(await tab.whenClosed(), [4401, 'signed-out'])
      site.store.failing = null
      assert.equal(await ada.ask('who'), null)
      assert.equal(ada.credential, null)
      assert.equal(site.store.records.size, 0)
    })
  })
}

suite('what cannot be saved', () => {
  test('is dropped for all, and refused to all who changed something', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    const gate = new Gate()
    site.sockets
      .answer('put late', async ({ session }) => {
        session.cart = ['tea']
        await gate.pass()
      })
      .answer('put a function', ({ session }) => void Object.assign(session, { note: () => {} }))
    gate.shut()
    const late = assert.rejects(other.ask('put late'), { code: 'not_json' })
    await eventually(() => gate.waiting === 1, 'the late put')
    await assert.rejects(ada.ask('put a function'), { code: 'not_json' })
    gate.open()
    await late
    assert.deepEqual(await other.ask('data'), { note: 'milk' })
  })

  test('but for an end that is done a moment later, leaves the others behind all the same', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    const remove = site.store.remove.bind(site.store)
    site.store.remove = () => {
      site.store.remove = remove
      return Promise.reject(new Error('once'))
    }
    await assert.rejects(ada.ask('sign-out'), { code: 'store_unavailable' })
    assert.deepEqual(await other.whenClosed(), [4401, 'signed-out'])
    assert.equal(await ada.ask('who'), null)
    assert.equal(site.store.records.size, 0)
  })
})

suite('a session that ends', () => {
  test('while a message is handled is not brought back by it', async () => {
    await using site = await openSite()
    const [ada] = await openBoth(site)
    const gate = new Gate()
    let code: unknown
    site.sockets.answer('put late', async connection => {
      await gate.pass()
      connection.session.note = 'late'
      code = await connection.session.save().catch(error => error.code)
    })
    gate.shut()
    await ada.send('tell', 'put late')
    await eventually(() => gate.waiting === 1, 'the message')
    await site.strategy.revoker?.revoke(ada.state?.id ?? '')
    gate.open()
    await eventually(() => code !== undefined, 'the late save')
    assert.equal(code, 'session_ended')
    assert.equal(site.store.records.size, 0)
  })

  test('by expiry is closed as expired, though its client is connected; one that is used is not', async () => {
    await using site = await openSite({ checkMs: 100, pingMs: 1e8, presentWithinMs: 1e8 })
    const [ada] = await openBoth(site)
    const grace = site.client()
    await grace.present()
    await grace.ask('sign-in', 'grace')
    site.clock.advance(hourMs / 2)
    await grace.ask('who')
    site.clock.advance(hourMs / 2)
    assert.deepEqual(await ada.whenClosed(), [4401, 'expired'])
    assert.equal(await grace.ask('who'), 'grace')
  })

  test('by expiry answers no message more', async () => {
    await using site = await openSite({ checkMs: 1e8, pingMs: 1e8, presentWithinMs: 1e8 })
    const [ada] = await openBoth(site)
    site.clock.advance(hourMs)
    await assert.rejects(ada.ask('data'), { code: 4401 })
    assert.deepEqual(await ada.whenClosed(), [4401, 'expired'])
  })

  test('where nobody was told is found by the next save', async () => {
    await using site = await openSite()
    const [ada, other] = await openBoth(site)
    site.store.records.clear()
    await ada.ask('put', 'note', 'tea').catch(() => {})
    assert.deepEqual(await ada.whenClosed(), [4401, 'revoked'])
    assert.deepEqual(await other.whenClosed(), [4401, 'revoked'])
    assert.equal(site.store.records.size, 0)
  })

  test('where nobody was told is found by the next look', async () => {
    const createStrategy: SiteOptions['createStrategy'] = options => {
      const strategy = createStoredStrategy({ ...options, keys: [secret] })
      return { ...strategy, traits: { ...strategy.traits, shared: true } }
    }
    await using site = await openSite({ createStrategy, checkMs: 100, pingMs: 1e8 })
    const [ada] = await openBoth(site)
    site.store.records.clear()
    site.clock.advance(100)
    assert.deepEqual(await ada.whenClosed(), [4401, 'revoked'])
  })
})
