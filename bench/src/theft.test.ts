import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runBriefly } from './run.fixture.ts'

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
    ['cookie', 'password-change', false, 'lives'], // without a revoker, nothing ends it
    ['cookie-revocable', 'sign-out', true, 'dies'],
    ['cookie-revocable', 'sign-out-everywhere', true, 'dies'],
    ['cookie-revocable', 'password-change', true, 'dies'],
    ['express-session-memory', 'sign-out', true, 'dies'],
    ['express-session-memory', 'sign-out-everywhere', false, 'lives'],
    ['express-session-memory', 'password-change', false, 'lives'],
    ['client-sessions', 'sign-out', true, 'lives'],
    ['client-sessions', 'sign-out-everywhere', false, 'lives'],
    ['client-sessions', 'password-change', false, 'lives'],
  ])
  const memory = results.theft.find(row => row.contender === 'express-session-memory')
  assert.equal(memory?.worksForMs, 0)
  assert.match(printed, /client-sessions +as long as it lives +lives \(cannot\) +lives \(cannot\)/)
  assert.match(printed, /In short\n +cookie +0 of 3 acts end a copied cookie\n/)
  assert.match(printed, /client-sessions: a copy that lives is good for an hour; /)
})
