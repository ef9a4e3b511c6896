import { SessionError } from '@sojourn/core'

/** The database would not take what a statement carries. Others of its batch may do better alone. */
export class RefusedStatement extends SessionError {
  /** There is such a row already. */
  readonly isDuplicate: boolean

  constructor(message: string, options: ErrorOptions & { readonly isDuplicate: boolean }) {
    super('store_unavailable', message, options)
    this.isDuplicate = options.isDuplicate
  }
}

/** The tables are not there, or are of an earlier version. */
export class MissingTables extends SessionError {
  constructor(database: string, cause: unknown) {
    super(
      'store_unavailable',
      `${database} lacks the tables of this store (${reasonOf(cause)}): run its migrate() at start, or the SQL that migrationSql() prints.`,
      { cause },
    )
  }
}

/** What an error code means, and what to do about it. */
export type Faults = Readonly<Record<string, readonly [meaning: string, remedy: string]>>

/** Codes of Node.js. */
export const networkFaults: Faults = {
  ECONNREFUSED: ['does not answer', 'is it running? Check the host and port'],
  ENOTFOUND: ['has a host name that is not known', 'check the host'],
  EAI_AGAIN: ['has a host name that cannot be looked up now', 'check the host, and the name server'],
  EHOSTUNREACH: ['cannot be reached', 'check the host, and the network'],
  ENETUNREACH: ['cannot be reached', 'check the host, and the network'],
  ETIMEDOUT: ['did not answer in time', 'check the host and port, the network, and what else holds locks'],
  ECONNRESET: ['broke the connection off', 'is it restarting?'],
  EPIPE: ['broke the connection off', 'is it restarting?'],
  ENOENT: ['has a socket that is not there', 'is it running? Check the path of the socket'],
  EACCES: ['has a socket that we may not use', 'check the permissions of the socket'],
}

/** `database` as in `PostgreSQL at 127.0.0.1:5432`. */
export function createFault(database: string, faults: Faults, cause: unknown): SessionError {
  const code = codeOf(cause)
  const known = isOfFile(cause) ? undefined : faults[code]
  const message =
    known === undefined
      ? `${database} failed: ${reasonOf(cause)}: check that it runs and can be reached.`
      : `${database} ${known[0]} (${code}): ${known[1]}.`
  return new SessionError('store_unavailable', message, { cause })
}

/** Of a certificate, say: on the way to a socket it would be `connect`. */
const isOfFile = (cause: unknown) =>
  ['ENOENT', 'EACCES'].includes(codeOf(cause)) && (cause as NodeJS.ErrnoException).syscall !== 'connect'

export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
