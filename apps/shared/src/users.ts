import { scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
}

const users: readonly User[] = [
  { id: 'user-1', name: 'alice', email: 'alice@example.com' },
  { id: 'user-2', name: 'bob', email: 'bob@example.com' },
]

/** `salt.hash` by user id. */
const passwordHashes: ReadonlyMap<string, string> = new Map([
  ['user-1', 'GZgXsiYoe4oyuRLOAwn4aA.5x7AR6HmW77avZvQvsXCB-Fy7bhJHAcArXlTTd79HkM'],
  ['user-2', '1JWromdwPx9dQb5tFNh_wQ.z9KIGM-YjB4zOJXbZfVk253-Wa0ORrXCaPKm229XNpw'],
])

/** Of a random password that nobody knows. */
const nobodysHash = 'hKJs6ZzvPlButH3pbGvMNA.fCbGLxjOXuSi6tomYGKV1JN9TZx4AqaZFqq_YsF2SrE'

export const findUser = (id: string | null): User | null => users.find(user => user.id === id) ?? null

/** Null for a wrong password as for an unknown name, and after the same time. */
export async function findUserByPassword(name: string, password: string): Promise<User | null> {
  const user = users.find(user => user.name === name)
  const hash = passwordHashes.get(user?.id ?? '') ?? nobodysHash
  return (await isPassword(password, hash)) ? (user ?? null) : null
}

async function isPassword(password: string, saltAndHash: string): Promise<boolean> {
  const [salt, hash] = saltAndHash.split('.').map(part => Buffer.from(part, 'base64url')) as [Buffer, Buffer]
  return timingSafeEqual(await derive(password, salt, hash.length, cost), hash)
}

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt)

/** One of the settings of the OWASP Password Storage Cheat Sheet: 16 MiB, a fifth of a second. */
const cost = { N: 2 ** 14, r: 8, p: 5 }
