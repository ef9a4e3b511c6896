export interface User {
  readonly name: string
  readonly email: string
}

export const users: readonly User[] = [
  { name: 'alice', email: 'alice@example.com' },
  { name: 'bob', email: 'bob@example.com' },
]

/** In clear text, as tutorials have them: an application for others keeps a salted, slow hash of each. */
const passwords: ReadonlyMap<string, string> = new Map([
  ['alice', 'wonderland'],
  ['bob', 'builder'],
])

export const findUser = (name: unknown): User | null => users.find(user => user.name === name) ?? null

/** The user whose name and password came with a form, or as JSON; null for anything else. */
export function checkPassword(body: { name?: unknown; password?: unknown } = {}): User | null {
  const user = findUser(body.name)
  return user !== null && body.password === passwords.get(user.name) ? user : null
}
