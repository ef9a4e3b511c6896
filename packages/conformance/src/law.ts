import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'

/** One thing that must hold. `check` makes all it needs anew, and rejects if the law is broken. */
export interface Law {
  readonly name: string
  check(): Promise<void>
}

/** Laws by name, each of what it is tried on. */
export type Laws<Trial> = { readonly [name: string]: (trial: Trial) => Promise<void> }

/** Registers each law as a test of its name. */
export function testLaws(name: string, laws: readonly Law[]): void {
  suite(name, () => {
    for (const law of laws) test(law.name, () => law.check())
  })
}

/** A name that no other law uses: `[a-z0-9]`, at most 20 characters. */
export const createPlace = (): string => `law${randomBytes(8).toString('hex')}`
