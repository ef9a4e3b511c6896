import type { Instruction, Session } from '@sojourn/core'
import { readBindings } from './bindings.ts'
import type { Membership } from './connections.ts'
import { isSameToken, tokenOf } from './gateways.ts'
import type { SessionUser } from './options.ts'
import { type AuthRequest, readRelogin } from './requests.ts'
import { ResError } from './res-error.ts'
import type { ServiceContext } from './service-context.ts'
import { tell, verify } from './standing.ts'

/** `auth.session.relogin`: the key's session, on this connection too, and its next key. */
export async function relogin(
  context: ServiceContext,
  request: AuthRequest,
): Promise<{ reloginKey: string }> {
  const { sessions, watch } = context
  const { cid, token } = request
  const { reloginKey, attempt } = readRelogin(request)
  const isOneTime = sessions.strategy.traits.newCredential === 'at-resume'
  const session = await resume(
    context,
    request,
    isOneTime && attempt !== null ? `${reloginKey}.${attempt}` : reloginKey,
  )
  const { user, instruction } = await commit(context, session)

  const membership = {
    sessionId: session.id,
    userId: String(session.userId),
    expiresAt: session.expiresAt ?? 0,
  }
  await enter(context, cid, membership)
  watch.see(membership.sessionId, membership.expiresAt)
  if (!isSameToken(token, tokenOf(membership.sessionId, user))) {
    tell(context, cid, { membership, user }, token)
    verify(context, cid, membership.sessionId)
  }
  return { reloginKey: instruction.do === 'set' ? instruction.credential : reloginKey }
}

const invalidReloginKey = () => new ResError('session.invalidReloginKey', 'Invalid relogin key')

/** The second credential may have come several times. */
async function resume(
  context: ServiceContext,
  request: AuthRequest,
  credential: string,
): Promise<Session<object>> {
  const bindings = context.settings.bind === null ? [null] : readBindings(context, request)
  for (const binding of bindings) {
    const host = { replaced() {}, canDeliver: () => true, binding }
    const session = await context.sessions.open<object>([credential], host)
    if (session.expiresAt !== null) return session
  }
  throw invalidReloginKey()
}

/** Of an account that is gone, the session ends. */
async function commit(
  { sessions, settings }: ServiceContext,
  session: Session<object>,
): Promise<{ readonly user: SessionUser; readonly instruction: Instruction }> {
  const user = session.userId === null ? null : await settings.findUser(session.userId)
  if (user === null) session.signOut()
  const instruction = await sessions.commit(session)
  if (user === null) throw invalidReloginKey()
  return { user, instruction }
}

/** Whatever session it was in before: it goes on without this connection. */
async function enter({ connections, sessions }: ServiceContext, cid: string, to: Membership): Promise<void> {
  for (;;) {
    const entry = await connections.read(cid)
    const { membership, record } = entry
    const isIn = membership?.sessionId === to.sessionId && membership.userId === to.userId
    const isKept = sessions.strategy.directory !== null && (record?.expiresAt ?? 0) >= to.expiresAt
    if (isIn && isKept) return
    if (await connections.write(entry, to)) return
  }
}
