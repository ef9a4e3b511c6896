import { spawnSync } from 'node:child_process'
import type { User } from './server.ts'

/**
 * The user that a server runs as which refuses to run as root: of that name, made if there is none. Undefined if we
 * are not root: then it runs as we do.
 */
export function provideUser(name: string): User | undefined {
  if (process.getuid?.() !== 0) return undefined
  const found = findUser(name)
  if (found !== undefined) return found
  spawnSync('useradd', ['--system', '--user-group', '--no-create-home', name])
  const made = findUser(name) // perhaps by another process
  if (made === undefined) throw new Error(`There is no user ${name}, and useradd could not make it.`)
  return made
}

function findUser(name: string): User | undefined {
  const [uid, gid] = ['-u', '-g'].map(flag => spawnSync('id', [flag, name], { encoding: 'utf8' }))
  if (uid?.status !== 0 || gid?.status !== 0) return undefined
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}
