import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { patience } from './eventually.ts'
import type { Law } from './law.ts'

/** Wrong on purpose, and the laws that must say so. */
export interface Broken<Harness> {
  readonly name: string
  readonly breaks: readonly string[]
  readonly harness: Harness
}

/** Tests the laws themselves: each broken one is caught by the laws that it breaks, and each law catches one. */
export function testBroken<Harness>(
  name: string,
  broken: readonly Broken<Harness>[],
  lawsOf: (harness: Harness) => Law[],
  { concurrency = false } = {},
): void {
  patience.ms = 2000 // What is broken comes to the end of it.
  suite(name, { concurrency }, () => {
    for (const { name, breaks, harness } of broken) {
      test(name, async () => {
        const laws = new Map(lawsOf(harness).map(law => [law.name, law]))
        for (const lawName of breaks) {
          const law = laws.get(lawName)
          assert.ok(law, `there is no law "${lawName}"`)
          await assert.rejects(law.check(), isFailedAssertion, `"${lawName}" does not catch it`)
        }
      })
    }

    test('every law catches one', () => {
      const { harness } = broken[0] as Broken<Harness>
      const laws = lawsOf(harness).map(law => law.name)
      const breaking = new Set(broken.flatMap(({ breaks }) => breaks))
      assert.deepEqual(
        laws.filter(law => !breaking.has(law)),
        [],
      )
    })
  })
}

/** A crash would prove nothing. A failed property has the assertion as its cause. */
function isFailedAssertion(error: Error): true {
  assert.ok(
    [error, error.cause].some(found => found instanceof assert.AssertionError),
    String(error.stack),
  )
  return true
}
