import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contenderNames } from './contenders.ts'
import { forgeriesOf } from './forgeries.ts'
import { readStore } from './read-store.ts'
import { runBriefly } from './run.fixture.ts'
import { startServer } from './server-process.ts'
import { StorePlaces } from './store-server.ts'
import { findGood, hasStore, measureStoreTheft } from './store-theft.ts'
import { newClient, signIn } from './visit.ts'

const storeHolders = contenderNames.filter(hasStore)

test('a copied cookie dies where something can end it, and lives on where nothing can', async () => {
  const contenders = 'cookie,cookie-revocable,express-session-memory,client-sessions'
  const { results, printed } = await runBriefly('--only', contenders, '--scenario', 'theft')
  const outcomes = results.theft.map(({ contender, act, isOffered, worksForMs }) => [
    contender,
    act,
    isOffered,
    worksForMs === null ? 'lives' : 'dies',
  ])
  assert.deepEqual(outcomes, [
    ['cookie', 'sign-out', true, 'lives'],
    ['cookie', 'sign-out-everywhere', false, 'lives'],
    ['cookie', 'password-change', false, 'lives'],
    ['cookie', 'next-use', true, 'lives'],
    ['cookie-revocable', 'sign-out', true, 'dies'],
    ['cookie-revocable', 'sign-out-everywhere', true, 'dies'],
    ['cookie-revocable', 'password-change', true, 'dies'],
    ['cookie-revocable', 'next-use', true, 'lives'],
    ['cookie-revocable', 'store-copy', true, 'dies'],
    ['express-session-memory', 'sign-out', true, 'dies'],
    ['express-session-memory', 'sign-out-everywhere', false, 'lives'],
    ['express-session-memory', 'password-change', false, 'lives'],
    ['express-session-memory', 'next-use', true, 'lives'],
    ['client-sessions', 'sign-out', true, 'lives'],
    ['client-sessions', 'sign-out-everywhere', false, 'lives'],
    ['client-sessions', 'password-change', false, 'lives'],
    ['client-sessions', 'next-use', true, 'lives'],
  ])
  const memory = results.theft.find(row => row.contender === 'express-session-memory')
  assert.equal(memory?.worksForMs, 0)
  assert.match(printed, /client-sessions +lives +lives \(cannot\) +lives \(cannot\) +lives +–\n/)
  assert.match(printed, /In short.*\n +cookie +a stolen cookie outlives sign-out\n/)
  assert.match(printed, /A copy that lives is good for an hour; .*:\s+client-sessions\./)
  for (const line of printed.split('\n')) assert.ok(line.length <= 100 || line.includes('/'), line)
})

test('what a store holds is no cookie, of whatever kind it is', async () => {
  for (const contender of storeHolders) {
    const { act, worksForMs } = await measureStoreTheft(contender)
    assert.deepEqual([contender, act, worksForMs], [contender, 'store-copy', 0])
  }
})

test('a store that is read out is known as a whole', async () => {
  await using places = new StorePlaces()
  for (const contender of storeHolders) {
    const server = await startServer(contender, { store: await places.addressFor(contender) })
    try {
      const user = `somebody-${contender}`
      await signIn(server, newClient(user))
      const isFound = (await readStore(server.store)).includes(user)
      assert.equal(isFound, contender !== 'cookie-revocable', contender) // which holds only what has ended
    } finally {
      await server.kill()
    }
  }
})

test('a cookie that can be made of what is in a store is found', async () => {
  const server = await startServer('memory')
  try {
    const owner = newClient('owner')
    await signIn(server, owner)
    const [, value = ''] = String(owner.cookie).split('=')
    const [id = '', , mac = ''] = value.split('.')
    const tried = (text: string) => findGood(server, forgeriesOf(String(owner.cookie), text))
    assert.equal(await tried(`${id} ${'x'.repeat(mac.length)}`), null)
    assert.equal(await tried(`${id} a-key-that-lies-beside-it ${mac}`), owner.cookie)
    const other = `session=${id}.0.${'-'.repeat(mac.length)}` // all that is known of the form
    const made = forgeriesOf(other, `${id} ${mac}`)
    assert.equal(await findGood(server, made), owner.cookie)
  } finally {
    await server.kill()
  }
})
