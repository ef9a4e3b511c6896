import type { Contender } from '../contender.ts'
import { nobody } from '../nobody.ts'

const data = { counter: 0 }

/** The same app without sessions: what Express itself costs. Everybody is one and the same user. */
export const contender: Contender = {
  name: 'none',
  about: 'Express without sessions',
  lifetime: 'ever',
  mount() {},
  signIn() {},
  signOut() {},
  userOf: () => nobody,
  dataOf: () => data,
}
