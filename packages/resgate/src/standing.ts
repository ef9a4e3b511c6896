import type { Entry, Membership } from './connections.ts'
import { type EndReason, isSameToken, tokenOf } from './gateways.ts'
import type { SessionToken, SessionUser } from './options.ts'
import { sessionIdOf } from './requests.ts'
import type { ServiceContext } from './service-context.ts'

/** A connection's session that lives, and its user. */
export interface Standing {
  readonly membership: Membership
  readonly user: SessionUser
}

/** What the register knows; where it has forgotten, what the gateway says. */
export function membershipOf(
  { settings }: ServiceContext,
  { membership, left }: Entry,
  token: unknown,
): Membership | null {
  const sessionId = sessionIdOf(token)
  if (membership !== null || sessionId === null || sessionId === left) return membership
  const { userId } = token as SessionToken
  return { sessionId, userId: String(userId), expiresAt: settings.now() + settings.idleMs }
}

/** Null: the session has ended, or is another user's. */
export async function findStanding(
  { settings, sessions }: ServiceContext,
  membership: Membership | null,
): Promise<Standing | null> {
  if (membership === null) return null
  const { directory } = sessions.strategy
  const { sessionId, userId, expiresAt } = membership
  // Where only the client knows its session, what we saw of it last is all there is.
  const isLive =
    directory === null ? settings.now() < expiresAt : (await directory.find(sessionId))?.userId === userId
  const user = isLive ? await settings.findUser(userId) : null
  return user && { membership, user }
}

/** Tells a connection's gateway what it does not know yet; `token` is what it had when it asked. */
export function tell(context: ServiceContext, cid: string, standing: Standing, token: unknown): void {
  const { membership, user } = standing
  const due = tokenOf(membership.sessionId, user)
  if (!isSameToken(token, due)) context.gateways.giveToken(cid, due)
  context.gateways.showUser(cid, user)
  verify(context, cid, membership.sessionId)
}

export function showNobody({ gateways }: ServiceContext, cid: string): void {
  gateways.showUser(cid, null)
  gateways.takeToken(cid)
}

/** The session has ended for a connection, or it has left it; unless another instance knows better. */
export async function cut(
  context: ServiceContext,
  entry: Entry,
  sessionId: string,
  reason?: EndReason,
): Promise<void> {
  const { gateways, connections, settings, watch } = context
  const { cid, membership, left } = entry
  if (!(await connections.write(entry, { left: sessionId }))) return
  showNobody(context, cid)
  if (left === sessionId) return
  const isExpired = membership !== null && membership.expiresAt <= settings.now()
  gateways.tellEnd(cid, watch.reasonOf(sessionId) ?? reason ?? (isExpired ? 'expired' : 'revoked'))
}

/**
 * Another instance, or another transport, may have changed things while we told the gateway that the connection is in
 * that session, or in none. So we look again once that has arrived: what changes later is told later.
 */
export function verify(context: ServiceContext, cid: string, sessionId: string | null): void {
  context.afterwards(cid, async () => {
    try {
      await context.bus.flush()
      const entry = await context.connections.read(cid)
      const standing = await findStanding(context, entry.membership)
      if (standing !== null) {
        if (standing.membership.sessionId !== sessionId) tell(context, cid, standing, null)
      } else if (sessionId !== null) {
        await cut(context, entry, sessionId)
      }
    } catch (error) {
      if (sessionId !== null) context.watch.expect(sessionId, context.settings.now()) // it is checked soon
      throw error
    }
  })
}
