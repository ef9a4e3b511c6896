import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Turns } from './turns.ts'

suite('turns', () => {
  test('come one after another for one id, also after a failure, and at once for another', async () => {
    const turns = new Turns()
    const seen: string[] = []
    const first = Promise.withResolvers<void>()
    const act = (id: string, name: string, until: Promise<void> = Promise.resolve()) =>
      turns.take(id, async () => {
        seen.push(`${name} begins`)
        await until
        seen.push(`${name} ends`)
      })
    const failed = assert.rejects(act('a', 'first', first.promise), /disk full/)
    const others = [act('a', 'second'), act('a', 'third')]
    await act('b', 'another')
    first.reject(new Error('disk full'))
    await Promise.all([failed, ...others])
    assert.deepEqual(seen, [
      ...['first begins', 'another begins', 'another ends'],
      ...['second begins', 'second ends', 'third begins', 'third ends'],
    ])
  })

  test('leave nothing behind', async t => {
    const maps: Map<unknown, unknown>[] = []
    class NotedMap<Key, Value> extends Map<Key, Value> {
      constructor() {
        super()
        maps.push(this)
      }
    }
    t.mock.property(globalThis, 'Map', NotedMap as MapConstructor)
    const turns = new Turns()
    const acts = ['a', 'a', 'b'].map(id => turns.take(id, async () => id))
    assert.deepEqual(
      maps.map(({ size }) => size),
      [2],
    )
    assert.deepEqual(await Promise.all(acts), ['a', 'a', 'b'])
    assert.deepEqual(
      maps.map(({ size }) => size),
      [0],
    )
  })
})
