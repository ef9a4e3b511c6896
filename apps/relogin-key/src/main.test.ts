import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { eventually, provideRedis } from '@sojourn/testbed'
import { DemoProcess } from './demo-process.fixture.ts'
import { Stage } from './stage.fixture.ts'

const stolen = 'Somebody else used a copy of your key, so both were signed out. Sign in again.'

describe('a visitor of the demo of relogin keys', { timeout: 180_000 }, () => {
  let stage: Stage

  before(async () => {
    stage = await Stage.build()
  })
  beforeEach(() => {
    stage.demo.log.length = 0
  })
  after(() => stage?.[Symbol.asyncDispose]())

  test('is told "invalid login" for a wrong password, signs in, and is told of each second', async () => {
    await using guest = await stage.arrive()
    await using nobody = await stage.arrive()
    const { tab } = guest
    await tab.submit('alice', 'builder')
    await tab.says('invalid login')
    assert.equal(await tab.key(), null)
    await tab.signIn('alice')
    await tab.says('alice@example.com')
    const ticks = () => tab.heard.filter(frame => frame === 'tell tick').length
    await eventually(async () => ticks() > 1)
    assert.deepEqual(nobody.tab.heard, ['presented'])
  })

  test('signs in and out, and the other tabs follow', async () => {
    await using guest = await stage.arrive()
    await using phone = await stage.arrive()
    const { tab } = guest
    const other = await guest.openTab()
    await tab.signIn('alice')
    await other.isKnownAs('alice')
    await other.press('Sign out')
    await tab.says('You are not signed in')
    await tab.signIn('bob')
    await other.isKnownAs('bob')
    await phone.tab.signIn('bob')
    await other.press('Sign out everywhere')
    await tab.says('You are not signed in')
    await phone.tab.says('Your session was ended from another device, or by the server. Sign in again.')
    assert.deepEqual(stage.demo.reuses, [])
  })

  for (const first of ['thief', 'owner']) {
    test(`is robbed of a key, which the ${first} uses first: both are out, and are told why`, async () => {
      await using owner = await stage.arrive()
      await using thief = await stage.arrive()
      await owner.tab.signIn('alice')
      const { generation, session } = (await owner.tab.key()) ?? assert.fail('no key')
      const copy = await owner.tab.copyKey()
      if (first === 'owner') {
        await owner.tab.press('Renew now')
        await owner.tab.says(`Key ${generation} became key ${generation + 1}`)
      }
      await thief.tab.useStolenKey(copy)
      if (first === 'thief') {
        await thief.tab.isKnownAs('alice')
        assert.deepEqual(await thief.tab.key(), { generation: generation + 1, session })
        await owner.tab.press('Renew now')
      }
      for (const { tab } of [owner, thief]) {
        await tab.says(stolen)
        assert.equal(await tab.key(), null)
      }
      assert.equal(await stage.store.read(session), null)
      assert.equal(stage.demo.reuses.length, 1)

      await owner.tab.signIn('alice')
      assert.notEqual((await owner.tab.key())?.session, session)
    })
  }

  test('lets the key expire, and is told so', async () => {
    await using quick = await DemoProcess.start({ DATA_FOLDER: stage.folder, REDIS_URL: '', IDLE_MS: '2000' })
    await using guest = await stage.arrive(quick.url)
    await guest.tab.signIn('alice')
    await guest.tab.press('Stay away')
    await guest.tab.says('Your key was not used for 2 seconds, so it has expired. Sign in again.')
    assert.equal(await guest.tab.key(), null)
    assert.deepEqual(quick.reuses, [])
  })

  test('stays signed in with Redis, too, when the server is killed', async () => {
    await using redis = await provideRedis()
    await using other = await DemoProcess.start({ DATA_FOLDER: stage.folder, REDIS_URL: redis.url })
    assert.match(other.log[0] ?? '', /^Sessions: Redis, /)
    await using guest = await stage.arrive(other.url)
    const { tab } = guest
    await tab.signIn('alice')
    const key = await tab.key()
    await tab.press('Renew now')
    await other.end('SIGKILL')
    await tab.says('You are still signed in.')
    await other.start()
    await tab.isKnownAs('alice')
    assert.equal((await tab.key())?.session, key?.session)
    await tab.press('Renew and lose it')
    await tab.says(/Key \d became key \d/)
    assert.deepEqual(other.reuses, [])
  })
})
