import { check } from './check.ts'
import { describeUser } from './gateways.ts'
import { type AuthRequest, sessionIdOf } from './requests.ts'
import type { ServiceContext } from './service-context.ts'
import { findStanding, verify } from './standing.ts'

/** `access.session.user.{cid}`: for that connection only, also while nobody is signed in. */
export async function access(
  context: ServiceContext,
  { cid, token }: AuthRequest,
  ownCid: string,
): Promise<{ get: boolean }> {
  if (cid !== ownCid) return { get: false }
  // A register that lost its connections has them back by this.
  const { membership, left } = await context.connections.read(cid)
  const sessionId = sessionIdOf(token)
  if (membership === null && sessionId !== null && sessionId !== left)
    await check(context, 'check', { cid, token })
  return { get: true }
}

/** `get.session.user.{cid}`: who is signed in there. */
export async function get(context: ServiceContext, cid: string): Promise<{ model: object }> {
  const { membership } = await context.connections.read(cid)
  const standing = await findStanding(context, membership)
  verify(context, cid, standing?.membership.sessionId ?? null)
  return { model: describeUser(standing?.user ?? null) }
}
