import { SessionError } from '@sojourn/core'

export const defaultTable = 'sojourn_sessions'

/** PostgreSQL cuts names off after 63 characters, and ours have something added. */
const longest = 40

/** @throws {SessionError} `invalid_option` */
export function checkTable(table: string): void {
  if (typeof table === 'string' && /^[a-z_][a-z0-9_]*$/.test(table) && table.length <= longest) return
  throw new SessionError(
    'invalid_option',
    `table must be a name of a-z, 0-9 and _ that begins with no digit, of at most ${longest} characters, not ${JSON.stringify(table)}.`,
  )
}
