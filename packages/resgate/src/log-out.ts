import { type AuthRequest, sessionIdOf } from './requests.ts'
import type { ServiceContext } from './service-context.ts'
import { showNobody } from './standing.ts'

/**
 * `auth.session.logout`: ends the session that the connection was in when its client asked, for all connections that
 * are in it. This one leaves it first, and is not told as those whose session was ended by others. Should the rest
 * fail, a second logout does it.
 */
export async function logOut(context: ServiceContext, { cid, token }: AuthRequest): Promise<null> {
  const { connections, watch, gateways } = context
  const entry = await connections.read(cid)
  const { membership, left } = entry
  const sessionId = sessionIdOf(token) ?? membership?.sessionId ?? left
  if (sessionId === null) return null
  // One that comes late leaves the next login alone. If others were quicker, the end of the session is told as to all.
  const isInIt = membership === null || membership.sessionId === sessionId
  if (isInIt && (left === sessionId || (await connections.write(entry, { left: sessionId })))) {
    showNobody(context, cid)
  }
  watch.note(sessionId, 'signed-out')
  gateways.announceEnd(sessionId, 'signed-out')
  await end(context, sessionId)
  return null
}

async function end({ sessions }: ServiceContext, sessionId: string): Promise<void> {
  const session = await sessions.openById<object>(sessionId, { replaced() {}, canDeliver: () => true })
  if (session === null) {
    await sessions.strategy.revoker?.revoke(sessionId)
  } else {
    session.signOut()
    await sessions.commit(session)
  }
}
