import { type Instruction, type Session, SessionError } from '@sojourn/core'
import { readBindings } from './bindings.ts'
import type { Membership } from './connections.ts'
import { isSameToken, tokenOf } from './gateways.ts'
import type { SessionUser } from './options.ts'
import { type AuthRequest, readRelogin } from './requests.ts'
import { ResError } from './res-error.ts'
import type { ServiceContext } from './service-context.ts'
import { tell } from './standing.ts'

/** Each lost one means that another instance was quicker. */
const maxTries = 40

/** `auth.session.relogin`: the key's session, on this connection too, and its next key. */
export async function relogin(
  context: ServiceContext,
  request: AuthRequest,
): Promise<{ reloginKey: string }> {
  const { sessions, watch } = context
  const { cid, token } = request
  const { reloginKey, attempt } = readRelogin(request)
  const isOneTime = sessions.strategy.traits.newCredential === 'at-resume'
  const credential = isOneTime && attempt !== null ? `${reloginKey}.${attempt}` : reloginKey
  const session = await resume(context, request, credential)
  const { user, instruction } = await commit(context, session)

  const { id: sessionId, expiresAt } = session
  const membership = { sessionId, userId: String(user.id), expiresAt: expiresAt ?? 0 }
  const wasIn = await enter(context, cid, membership)
  watch.expect(sessionId, membership.expiresAt)
  const held = wasIn ? token : null // what it had when it asked may have been replaced
  if (!isSameToken(held, tokenOf(sessionId, user))) tell(context, cid, { membership, user }, held)
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

/** Of an account that is gone, the session ends. One that nobody signed in to is none of ours. */
async function commit(
  { sessions, settings }: ServiceContext,
  session: Session<object>,
): Promise<{ readonly user: SessionUser; readonly instruction: Instruction }> {
  const { id, userId } = session
  const user = userId === null ? null : await settings.findUser(userId)
  if (userId !== null && user === null) session.signOut()
  const instruction = await sessions.commit(session)
  const isKept = session.id === id && session.userId === userId // it may have ended meanwhile
  if (user === null || !isKept) throw invalidReloginKey()
  return { user, instruction }
}

/** Whether it was in that session already. If it was in another one, that goes on without it. */
async function enter(
  { connections, sessions }: ServiceContext,
  cid: string,
  to: Membership,
): Promise<boolean> {
  for (let tries = 0; tries < maxTries; tries++) {
    const entry = await connections.read(cid)
    const { membership, record } = entry
    const wasIn = membership?.sessionId === to.sessionId && membership.userId === to.userId
    const isKept = sessions.strategy.directory !== null && (record?.expiresAt ?? 0) >= to.expiresAt
    if ((wasIn && isKept) || (await connections.write(entry, to))) return wasIn
  }
  throw new SessionError('conflict', `The connection ${cid} was changed ${maxTries} times meanwhile.`)
}
