import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { assertCode } from './assert-code.fixture.ts'
import { copyData, type Data, mergeData, parseData, stringifyData } from './data.ts'
import { SessionError } from './errors.ts'

suite('session data', () => {
  test('what JSON cannot carry is refused, and the message says where it is', () => {
    const cycle: Data = {}
    cycle.self = { again: cycle }
    const deep = Array.from({ length: 200 }).reduce<unknown>(nested => [nested], 1)
    class Cart {}
    const refused: [unknown, string][] = [
      [() => 1, 'session.x is of type function'],
      [Symbol('s'), 'session.x is of type symbol'],
      [10n, 'session.x is of type bigint'],
      [Number.NaN, 'session.x is NaN'],
      [Number.POSITIVE_INFINITY, 'session.x is Infinity'],
      [Number.NEGATIVE_INFINITY, 'session.x is -Infinity'],
      [new Map([[1, 2]]), 'session.x is a Map'],
      [new Set([1]), 'session.x is a Set'],
      [new WeakMap(), 'session.x is a WeakMap'],
      [/a/, 'session.x is a RegExp'],
      [new Error('e'), 'session.x is a Error'],
      [new Uint8Array(2), 'session.x is a Uint8Array'],
      [Promise.resolve(), 'session.x is a Promise'],
      [new Cart(), 'session.x is a Cart'],
      [new (class extends Cart {})(), 'session.x is a '],
      [Object.create({ inherited: 1 }), 'session.x is a Object'],
      [Object(1), 'session.x is a Number'],
      [new Date(Number.NaN), 'session.x is an invalid date'],
      [[1, undefined], 'session.x[1] is of type undefined'],
      [new Array(2), 'session.x[0] is of type undefined'],
      [{ a: [{ b: Number.NaN }] }, 'session.x.a[0].b is NaN'],
      [{ a: { b: () => 1 } }, 'session.x.a.b is of type function'],
    ]
    for (const [value, message] of refused) assertNotJson({ x: value }, message)
    assertNotJson(cycle, 'is a cycle, or nested too deeply')
    assertNotJson({ deep }, 'is a cycle, or nested too deeply')
  })

  test('an error of somebody’s toJSON is refused like the rest, with the cause', () => {
    const cause = new TypeError('I would rather not')
    const data = {
      toJSON() {
        throw cause
      },
    }
    assert.throws(
      () => stringifyData({ data }),
      (error: unknown) => error instanceof SessionError && error.code === 'not_json' && error.cause === cause,
    )
  })

  test('an undefined property is no property, and a date is its text', () => {
    const text = stringifyData({
      a: undefined,
      b: { c: undefined },
      d: new Date(0),
      e: new URL('http://localhost/'),
    })
    assert.equal(text, '{"b":{},"d":"1970-01-01T00:00:00.000Z","e":"http://localhost/"}')
  })

  test('plain objects of any kind are fine, one hundred deep, and the same one twice', () => {
    const shared = Object.assign(Object.create(null), { a: 1 })
    const deep = Array.from({ length: 99 }).reduce<unknown>(nested => [nested], 1)
    assert.equal(stringifyData({ shared, again: shared }), '{"shared":{"a":1},"again":{"a":1}}')
    assert.deepEqual({ ...parseData(stringifyData({ deep })) }, { deep })
  })

  test('names that mean something to JavaScript are just names', () => {
    const text = '{"__proto__":{"admin":true},"constructor":1,"a":{"__proto__":{"admin":true}}}'
    const data = parseData(text)
    assert.ok(data)
    assert.deepEqual(Object.keys(data), ['__proto__', 'constructor', 'a'])
    for (const object of [data, data.a, {}]) assert.equal((object as Data).admin, undefined)
    assert.equal(stringifyData(data), text)
  })

  test('what is no JSON object is no data', () => {
    for (const text of ['', '{', '[]', 'null', '1', '"a"', 'undefined', '{}}', '\0']) {
      assert.equal(parseData(text), null, text)
    }
  })

  test('any JSON object is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })),
        data => {
          const text = stringifyData(data)
          assert.equal(text, JSON.stringify(data))
          assert.deepEqual({ ...parseData(text) }, JSON.parse(text))
          assert.equal(stringifyData(parseData(text) as Data), text)
        },
      ),
    )
  })
})

suite('merging', () => {
  test('takes from mine only what mine changed', () => {
    const base = { kept: 1, changed: 1, deleted: 1, theirs: 1, both: 1, gone: 1 }
    const mine = { kept: 1, changed: 2, theirs: 1, both: 2, added: 2, gone: 1 }
    const theirs = { kept: 1, changed: 1, deleted: 1, theirs: 3, both: 3, new: 3 }
    assert.deepEqual(
      { ...mergeData(base, mine, theirs) },
      { kept: 1, changed: 2, theirs: 3, both: 2, added: 2, new: 3 },
    )
  })

  test('sees a change inside a value', () => {
    const [before, after] = [() => ({ cart: [{ n: 1 }] }), () => ({ cart: [{ n: 2 }] })]
    assert.deepEqual(
      { ...mergeData(before(), after(), { ...before(), theirs: 1 }) },
      { ...after(), theirs: 1 },
    )
    assert.deepEqual({ ...mergeData(before(), before(), after()) }, after(), 'theirs alone changed it')
  })

  test('leaves what was given as it was', () => {
    const [base, mine, theirs] = [{ a: 1 }, { a: 2 }, { a: 1, b: 1 }].map(Object.freeze) as [Data, Data, Data]
    mergeData(base, mine, theirs)
    assert.deepEqual([base, mine, theirs], [{ a: 1 }, { a: 2 }, { a: 1, b: 1 }])
  })

  test('is key by key: what neither changed, one changed, or both', () => {
    const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor')
    const data = fc.dictionary(key, fc.constantFrom(1, 2, [1], { a: 1 })).map(copyData)
    fc.assert(
      fc.property(data, data, data, (base, left, right) => {
        const merged = mergeData(base, left, mergeData(base, right, base))
        for (const key of new Set([base, left, right].flatMap(Object.keys))) {
          const [was, mine, theirs] = [base, left, right].map(value => own(value, key))
          assert.deepEqual(own(merged, key), JSON.stringify(mine) === JSON.stringify(was) ? theirs : mine)
        }
      }),
    )
  })
})

const own = (data: Data, key: string) => (Object.hasOwn(data, key) ? data[key] : undefined)

function assertNotJson(data: object, message: string): void {
  assert.throws(
    () => stringifyData(data),
    (error: unknown) => {
      assert.ok(error instanceof SessionError)
      assert.equal(error.code, 'not_json')
      assert.ok(error.message.includes(message), `"${error.message}" does not say "${message}"`)
      return true
    },
  )
}

test('what toJSON returns is judged like all else', () => {
  assertCode('not_json', () => stringifyData({ a: { toJSON: () => undefined } }))
  assertCode('not_json', () => stringifyData({ a: { toJSON: () => new Map([[1, 2]]) } }))
  assertCode('not_json', () => stringifyData({ a: { toJSON: () => Number.NaN } }))
})

test('what a symbol names is not lost in silence', () => {
  assertCode('not_json', () => stringifyData({ a: { [Symbol('s')]: 1 } }))
})
