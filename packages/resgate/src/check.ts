import type { CheckMethod } from './gateways.ts'
import { type AuthRequest, sessionIdOf } from './requests.ts'
import type { ServiceContext } from './service-context.ts'
import { cut, findStanding, membershipOf, tell } from './standing.ts'

/**
 * Where `system.tokenReset` leads: whether the session of a connection lives. So we learn of connections, too, that
 * the register has forgotten. Clients can call it; it tells them nothing.
 */
export async function check(
  context: ServiceContext,
  method: CheckMethod,
  { cid, token }: Pick<AuthRequest, 'cid' | 'token'>,
): Promise<null> {
  const sessionId = sessionIdOf(token)
  if (sessionId === null) return null
  try {
    await compare(context, method, { cid, token, sessionId })
  } catch (error) {
    context.watch.expect(sessionId, context.settings.now()) // again, soon
    throw error
  }
  return null
}

interface Held {
  readonly cid: string
  readonly token: unknown
  readonly sessionId: string
}

async function compare(context: ServiceContext, method: CheckMethod, held: Held): Promise<void> {
  const { connections, watch, sessions } = context
  const { cid, token, sessionId } = held
  const reason = method === 'check' ? undefined : method
  const entry = await connections.read(cid)
  // It has left that session, but its gateway does not know: whoever was to tell it, did not come to it.
  if (entry.left === sessionId) return cut(context, entry, sessionId)
  const membership = membershipOf(context, entry, token)
  // Who has another session by now, was told so.
  if (membership?.sessionId !== sessionId) return
  // Nobody can look it up where only clients know their sessions: there we believe who says that it ended.
  const isBelieved = sessions.strategy.directory === null && method !== 'check' && method !== 'expired'
  const standing = isBelieved ? null : await findStanding(context, membership)
  if (standing === null) return cut(context, entry, sessionId, reason)
  if (entry.membership === null && !(await connections.write(entry, membership))) return
  watch.expect(sessionId, membership.expiresAt)
  tell(context, cid, standing, token)
}
