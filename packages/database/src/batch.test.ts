import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SessionError } from '@sojourn/core'
import { Batch, type BatchOptions } from './batch.ts'
import { RefusedStatement } from './faults.ts'

suite('a batch', () => {
  test('asks what comes in one turn together, and what comes later by itself', async () => {
    const { batch, asked } = createTrial({ most: 10 })
    const first = [batch.add('a'), batch.add('b')]
    await Promise.resolve()
    first.push(batch.add('c'))
    assert.deepEqual(await Promise.all(first), ['A', 'B', 'C'])
    assert.equal(await batch.add('d'), 'D')
    assert.deepEqual(asked, [['a', 'b', 'c'], ['d']])
  })

  test('asks no more than the most together, a batch a turn', async () => {
    const { batch, asked } = createTrial({ most: 2 })
    const answers = ['a', 'b', 'c', 'd', 'e'].map(question => batch.add(question))
    await new Promise(resolve => setImmediate(resolve))
    assert.deepEqual(asked, [['a', 'b']])
    assert.deepEqual(await Promise.all(answers), ['A', 'B', 'C', 'D', 'E'])
    assert.deepEqual(asked, [['a', 'b'], ['c', 'd'], ['e']])
  })

  test('asks at once if the most is one', async () => {
    const { batch, asked } = createTrial({ most: 1 })
    const answers = [batch.add('a'), batch.add('b')]
    assert.deepEqual(asked, [['a'], ['b']])
    assert.deepEqual(await Promise.all(answers), ['A', 'B'])
  })

  test('never asks two questions of a key together', async () => {
    const { batch, asked } = createTrial({ most: 10, keyOf: question => question[0] })
    const answers = ['a1', 'b1', 'a2', 'c1', 'a3'].map(question => batch.add(question))
    assert.deepEqual(await Promise.all(answers), ['A1', 'B1', 'A2', 'C1', 'A3'])
    assert.deepEqual(asked, [['a1', 'b1', 'c1'], ['a2'], ['a3']])
  })

  test('asks about a million characters together, and one question however long', async () => {
    const { batch, asked } = createTrial({ most: 10, sizeOf: question => Number(question) })
    const questions = ['400000', '500000', '200000', '2000000', '1']
    await Promise.all(questions.map(question => batch.add(question)))
    assert.deepEqual(asked, [['400000', '500000'], ['200000'], ['2000000'], ['1']])
  })

  test('asks again one by one if one of several is refused', async () => {
    const { batch, asked } = createTrial({ most: 10 })
    const settled = await Promise.allSettled(['a', 'refused', 'b'].map(question => batch.add(question)))
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(asked, [['a', 'refused', 'b'], ['a'], ['refused'], ['b']])
  })

  test('does not press a database that is away', async () => {
    const { batch, asked } = createTrial({ most: 10 })
    const settled = await Promise.allSettled(['a', 'away', 'b'].map(question => batch.add(question)))
    assert.ok(settled.every(({ status }) => status === 'rejected'))
    assert.equal(asked.length, 1)
  })
})

function createTrial(options: BatchOptions<string>) {
  const asked: (readonly string[])[] = []
  const batch = new Batch<string, string>(async questions => {
    asked.push(questions)
    if (questions.includes('refused')) throw new RefusedStatement('no', { isDuplicate: false })
    if (questions.includes('away')) throw new SessionError('store_unavailable', 'away')
    return questions.map(question => question.toUpperCase())
  }, options)
  return { batch, asked }
}
