import {
  findUser as findAccount,
  findUserByPassword as findAccountByPassword,
  type User,
} from '@sojourn/demo'
import type { SessionUser } from '@sojourn/resgate'

const roles: ReadonlyMap<string, string> = new Map([
  ['user-1', 'admin'],
  ['user-2', 'user'],
])

export async function findUser(id: string): Promise<SessionUser | null> {
  return withRole(findAccount(id))
}

/** Null for a wrong password as for an unknown name, and after the same time. */
export async function findUserByPassword(username: string, password: string): Promise<SessionUser | null> {
  return withRole(await findAccountByPassword(username.toLowerCase(), password))
}

const withRole = (user: User | null): SessionUser | null =>
  user && { id: user.id, name: user.name, role: roles.get(user.id) ?? 'guest' }
