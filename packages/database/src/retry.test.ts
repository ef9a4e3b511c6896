import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retry } from './retry.ts'

const deadlock = new Error('deadlock')
const isDeadlock = (error: unknown) => error === deadlock

/** Fails so often, and says how often it was tried. */
function failing(times: number, error: Error) {
  const work = async () => {
    if (++work.tries <= times) throw error
    return 'done'
  }
  work.tries = 0
  return work
}

test('what loses to others is done again, 19 times if need be', async () => {
  const work = failing(19, deadlock)
  assert.equal(await retry(work, isDeadlock), 'done')
  assert.equal(work.tries, 20)
})

test('what loses 20 times in a row fails', async () => {
  const work = failing(20, deadlock)
  await assert.rejects(retry(work, isDeadlock), deadlock)
  assert.equal(work.tries, 20)
})

test('what fails for another reason is not done again', async () => {
  const work = failing(1, new Error('syntax'))
  await assert.rejects(retry(work, isDeadlock), /syntax/)
  assert.equal(work.tries, 1)
})
