import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  if (!existsSync(file)) make(file)
  return readFileSync(file, 'utf8')
}

/** With all that is in it, at once: another who starts at the same time must not read half. */
function make(file: string): void {
  const draft = `${file}.${randomUUID()}`
  try {
    writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 })
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}
