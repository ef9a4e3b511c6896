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
export function membershipOf({ settings }: ServiceContext, entry: Entry, token: unknown): Membership | null {
  const sessionId = sessionIdOf(token)
  if (entry.membership !== null || sessionId === null) return entry.membership
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
export function tell({ gateways }: ServiceContext, cid: string, standing: Standing, token: unknown): void {
  const { membership, user } = standing
  const due = tokenOf(membership.sessionId, user)
  if (!isSameToken(token, due)) gateways.giveToken(cid, due)
  gateways.showUser(cid, user)
}

/** The session of a connection has ended; unless it is in another by now. */
export async function cut(
  { gateways, connections, settings, watch }: ServiceContext,
  entry: Entry,
  why?: EndReason,
): Promise<void> {
  const { cid, membership } = entry
  const noted = membership === null ? undefined : watch.reasonOf(membership.sessionId)
  const reason = why ?? noted ?? ((membership?.expiresAt ?? 0) <= settings.now() ? 'expired' : 'revoked')
  if (membership !== null && !(await connections.write(entry, null))) return
  gateways.showUser(cid, null)
  gateways.takeToken(cid)
  gateways.tellEnd(cid, reason)
}

/**
 * Another instance, or another transport, may have changed things while we told the gateway of them. So we look again
 * once that has arrived: what changes later is told later.
 */
export function verify(context: ServiceContext, cid: string, sessionId: string | null): void {
  context.afterwards(cid, async () => {
    await context.bus.flush()
    const entry = await context.connections.read(cid)
    const standing = await findStanding(context, entry.membership)
    if (standing !== null) {
      if (standing.membership.sessionId !== sessionId) tell(context, cid, standing, null)
    } else if (sessionId !== null) {
      await cut(context, entry)
    }
  })
}
