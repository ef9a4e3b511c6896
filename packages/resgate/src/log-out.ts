import type { AuthRequest } from './requests.ts'
import type { ServiceContext } from './service-context.ts'
import { membershipOf } from './standing.ts'

/** `auth.session.logout`: ends the session, for all connections that are in it. */
export async function logOut(context: ServiceContext, { cid, token }: AuthRequest): Promise<null> {
  const { connections, gateways, watch } = context
  const entry = await connections.read(cid)
  const membership = membershipOf(context, entry, token)
  if (membership === null) return null
  // First of all this connection leaves it, so that it is not told as one of those whose session was ended by others.
  if (entry.membership !== null) await connections.write(entry, null)
  watch.note(membership.sessionId, 'signed-out')
  await end(context, membership.sessionId)
  gateways.showUser(cid, null)
  gateways.takeToken(cid)
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
