import { SessionError } from '@sojourn/core'

/** What can be done about a fault, by its code. */
const remedies: { readonly [code: string]: (address: string) => string } = {
  WRONGPASS: at => `Redis at ${at} refuses the user and password (WRONGPASS): check them in its URL.`,
  NOAUTH: at => `Redis at ${at} wants a password (NOAUTH): put it into its URL, redis://user:password@host.`,
  NOPERM: at =>
    `Redis at ${at} forbids its user what sessions need (NOPERM): see the rights in the README of @sojourn/redis.`,
  MOVED: at => `Redis at ${at} is a Cluster (MOVED): connect with the Cluster client of your library.`,
  READONLY: at => `Redis at ${at} is a replica (READONLY): connect to the primary, or through Sentinel.`,
  ECONNREFUSED: at =>
    `Nothing listens at ${at} (ECONNREFUSED): check host and port in the URL of Redis, and that it runs.`,
  ENOTFOUND: at => `The host of ${at} is not known (ENOTFOUND): check it in the URL of Redis.`,
}

/**
 * The code of an error: its own one, as of a lost connection, or that of a reply of Redis, which is the first word
 * of the message by the protocol. Undefined if there is neither.
 */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return /^[A-Z]+(?= )/.exec(error.message)?.[0]
}

/** Whether Redis answers, and refuses who asks: it will not do better for another try. */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'WRONGPASS' || code === 'NOAUTH' || code === 'NOPERM'
}

/** The same error with the remedy, where one is known. */
export function explain(address: string, error: unknown): unknown {
  const remedy = remedies[codeOf(error) ?? '']
  return remedy === undefined
    ? error
    : new SessionError('store_unavailable', remedy(whereOf(error) ?? address), { cause: error })
}

/** Why Redis cannot be asked; `fault` is null if it does not even refuse. */
export function explainLoss(address: string, fault: unknown): SessionError {
  const explained = explain(address, fault)
  if (explained instanceof SessionError) return explained
  const reason = fault instanceof Error ? (codeOf(fault) ?? fault.message) : 'no answer'
  const message = `Redis at ${address} cannot be reached (${reason}): check its URL, and that it runs.`
  return new SessionError('store_unavailable', message, { cause: fault })
}

/** Where it was tried in vain: in a Cluster, and behind Sentinel, not where the client was told to go first. */
function whereOf(error: unknown): string | null {
  if (!(error instanceof Error && 'address' in error && 'port' in error)) return null
  return `${error.address}:${error.port}`
}
