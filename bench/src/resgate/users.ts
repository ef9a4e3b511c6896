/** As the model `session.user.{cid}` shows it. */
export interface User {
  readonly id: number
  readonly name: string
  readonly role: string
}

/** Everybody there is: each has a number. */
export const userOf = (id: number): User => ({ id, name: `User ${id}`, role: 'user' })

/** What they sign in with. The password is the same. */
export const usernameOf = ({ id }: User) => `user-${id}`

/** To check that costs nothing: what is measured are sessions. */
export function findUserByPassword(username: string, password: string): User | null {
  const [, digits] = /^user-(\d{1,9})$/.exec(username) ?? []
  return digits === undefined || password !== username ? null : userOf(Number(digits))
}
