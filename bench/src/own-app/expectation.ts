/** Whose page it is. */
export type Seen = 'own' | 'other' | 'nobody'

export interface Expectation {
  readonly text: string
  /** Whether it has `{n}`, and so tells one user from another. */
  readonly isNumbered: boolean
  /** @param number of the user whose page it should be */
  seenBy(number: number, body: string): Seen
}

/** A text that is on a page of a signed-in user only; `{n}` in it is that user's number, and no part of a longer one. */
export function createExpectation(text: string): Expectation {
  if (!hasNumber(text))
    return { text, isNumbered: false, seenBy: (_, body) => (body.includes(text) ? 'own' : 'nobody') }
  const pattern = new RegExp(text.split('{n}').map(escapeForRegExp).join('(?<!\\d)(\\d+)(?!\\d)'), 'g')
  return {
    text,
    isNumbered: true,
    seenBy(number, body) {
      let seen: Seen = 'nobody'
      for (const [, ...numbers] of body.matchAll(pattern)) {
        if (numbers.every(found => Number(found) === number)) return 'own'
        seen = 'other'
      }
      return seen
    },
  }
}

const escapeForRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

export const hasNumber = (text: string) => text.includes('{n}')
export const fillIn = (text: string, number: number) => text.replaceAll('{n}', String(number))
