import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The secret of `SESSION_SECRET` in the environment; else the one in `folder`, made at the first start. So the next
 * start, and a second server with the same folder, honour the same credentials.
 */
export function keepSecret(folder: string): string {
  const given = process.env.SESSION_SECRET
  if (given) return given
  const file = join(folder, 'secret')
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8')
}
