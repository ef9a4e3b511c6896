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
    context.watch.see(sessionId, context.settings.now()) // again, soon
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
  const entry = await connections.read(cid)
  // Should it not have been told, after all, the next start of any of us tells it.
  if (entry.hasLeft && method !== 'check') return
  const membership = membershipOf(context, entry, token)
  if (membership?.sessionId !== sessionId) return
  // Nobody can look it up where only clients know their sessions: there we believe who sent it.
  const isTold = sessions.strategy.directory === null && method !== 'check' && method !== 'expired'
  const standing = isTold ? null : await findStanding(context, membership)
  if (standing === null) return cut(context, entry, method === 'check' ? undefined : method)
  watch.see(sessionId, membership.expiresAt)
  if (entry.membership === null) await connections.write(entry, membership)
  tell(context, cid, standing, token)
}
