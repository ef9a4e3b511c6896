import type { AuthRequest } from './requests.ts'
import type { ServiceContext } from './service-context.ts'
import { membershipOf, showNobody } from './standing.ts'

/**
 * `auth.session.logout`: ends the session, for all connections that are in it. This one leaves it first, and is not told
 * as those whose session was ended by others. Should the rest fail, a second logout does it.
 */
export async function logOut(context: ServiceContext, { cid, token }: AuthRequest): Promise<null> {
  const { connections, watch, gateways } = context
  const entry = await connections.read(cid)
  const sessionId = membershipOf(context, entry, token)?.sessionId ?? entry.left
  if (sessionId === null) return null
  if (entry.left !== sessionId && !(await connections.write(entry, { left: sessionId }))) {
    return logOut(context, { cid, token } as AuthRequest)
  }
  showNobody(context, cid)
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
