import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { SessionRecord } from '@sojourn/core'
import fc from 'fast-check'
import { createTrial } from './trial.fixture.ts'

const step = fc.oneof(
  fc.constantFrom('rotate', 'rotate without attempt id', 'retry', 'sign in', 'save', 'lose' as const),
  fc.integer({ min: 0, max: 400_000 }), // passes, in milliseconds
)

for (const format of ['key', 'jwt'] as const) {
  test(`Whatever happens, a store holds no key and no attempt id, and little else (${format})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        const trial = await createTrial({ format })
        const secrets = [await trial.keyOf(0)]
        let last: [generation: number, attempt: string | null] = [0, null]
        async function present(generation: number, attempt: string | null) {
          last = [generation, attempt]
          if (attempt !== null) secrets.push(attempt)
          const key = (await trial.present(generation, attempt))?.credential
          if (key !== undefined) secrets.push(key)
        }

        for (const step of steps) {
          const before = trial.stored()
          if (before === undefined) return // ended, by a retry after grace
          const attempt = randomBytes(16).toString('base64url')
          if (typeof step === 'number') trial.clock.advance(step)
          else if (step === 'rotate') await present(before.generation, attempt)
          else if (step === 'rotate without attempt id') await present(before.generation, null)
          else if (step === 'retry') await present(...last)
          else if (step === 'sign in') {
            await trial.signIn()
            secrets.push(await trial.keyOf(trial.current()))
          } else if (step === 'save') await trial.strategy.save(before, { reissue: false })
          else if (before.version > 1) {
            trial.store.lose(1)
            await present(before.generation, attempt)
          }
          assertLittle(trial.stored(), secrets)
        }
      }),
      { numRuns: 200 },
    )
  })
}

function assertLittle(record: SessionRecord | undefined, secrets: string[]): void {
  const text = JSON.stringify(record ?? null)
  for (const secret of secrets) {
    assert.ok(!text.includes(secret), 'a key or an attempt id is stored')
    assert.ok(!text.includes(secret.split('.').at(-1) as string), 'a MAC is stored')
  }
  const attempts = record?.attempts ?? []
  const notes = attempts.filter(entry => entry.startsWith('<'))
  assert.ok(attempts.length - notes.length <= 1 + 128, `${attempts.length} entries`)
  assert.ok(notes.length <= 2, `${notes.length} notes`)
  assert.ok(attempts.every(entry => entry.length <= 40))
}
