import type { ServerResponse } from 'node:http'
import { type Session, SessionError } from '@sojourn/core'
import type { SessionRequest } from './slot.ts'

/** What a session of another library becomes. */
export interface TakenOver {
  /** Who is signed in; null for nobody. */
  readonly userId: string | null
  readonly data: object
}

/** Sessions that another library gave to clients, taken over by ours. */
export interface LegacySessions {
  /** The cookie that they come in. Ours must have another name. */
  readonly cookieName: string
  /** Null for any that is not good. What it throws fails the request, which neither sets nor clears a cookie. */
  read(req: SessionRequest): TakenOver | null | Promise<TakenOver | null>
  /** Makes the client forget what it presents of them, if anything. */
  clear(req: SessionRequest, res: ServerResponse): void
}

/**
 * The session of the first of `legacies` that has a good one, and all of them that have. What our session cannot
 * take up is refused, and warned of.
 */
export async function takeOver(
  legacies: readonly LegacySessions[],
  req: SessionRequest,
  openAnonymous: () => Session,
): Promise<{ session: Session; taken: LegacySessions[] }> {
  let session = openAnonymous()
  const taken: LegacySessions[] = []
  for (const legacy of legacies) {
    const found = await legacy.read(req)
    if (found === null) continue
    try {
      if (taken.length === 0) session = fill(openAnonymous(), found)
      taken.push(legacy)
    } catch (error) {
      warnOfRefusal(legacy.cookieName, error)
    }
  }
  return { session, taken }
}

function fill(session: Session, { userId, data }: TakenOver): Session {
  Object.assign(session, data) // sets, rather than defines, so that what is reserved refuses
  if (userId !== null) session.signIn(userId)
  return session
}

/** A cache that kept this answer would make others forget theirs. */
export function forget(legacies: readonly LegacySessions[], req: SessionRequest, res: ServerResponse): void {
  if (legacies.length === 0) return
  for (const legacy of legacies) legacy.clear(req, res)
  res.setHeader('Cache-Control', 'no-store')
}

/** @throws {SessionError} `invalid_option` */
export function checkLegacies(
  legacies: readonly LegacySessions[],
  credential: string,
  name = 'session',
): void {
  for (const { cookieName } of legacies) {
    if (credential !== 'cookie') {
      throw new SessionError(
        'invalid_option',
        'legacy sessions come in cookies: leave out credential, or legacy.',
      )
    }
    if ([name, `__Host-${name}`, `__Secure-${name}`].includes(cookieName)) {
      throw new SessionError(
        'invalid_option',
        `The cookie ${cookieName} is that of legacy sessions: give ours another cookie name than ${name}.`,
      )
    }
  }
}

const warned = new Set<string>()
/** Once for each reason, and no more than a log can bear. */
function warnOfRefusal(cookieName: string, error: unknown): void {
  const reason = `A session in the cookie ${cookieName} was not taken over: ${error}`
  if (warned.has(reason) || warned.size >= 20) return
  warned.add(reason)
  process.emitWarning(reason, { code: 'SOJOURN_LEGACY_REFUSED' })
}
