import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ShardedMap } from './sharded-map.ts'

suite('sharded map', () => {
  test('does what a Map does', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '__proto__', 'constructor', 'a', 'b'),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.option(fc.nat()))), changes => {
        const [sharded, plain] = [new ShardedMap<number>(), new Map<string, number>()]
        for (const [key, value] of changes) {
          for (const map of [sharded, plain]) {
            if (value === null) map.delete(key)
            else map.set(key, value)
          }
        }
        for (const [key] of changes) assert.equal(sharded.get(key), plain.get(key))
      }),
    )
  })
})
