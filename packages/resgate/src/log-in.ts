import { SessionError } from '@sojourn/core'
import { readBindings } from './bindings.ts'
import type { Entry } from './connections.ts'
import { isSameToken, tokenOf } from './gateways.ts'
import type { SessionUser } from './options.ts'
import { type AuthRequest, readLogin, sessionIdOf } from './requests.ts'
import { ResError } from './res-error.ts'
import type { ServiceContext } from './service-context.ts'
import { cut, findStanding, membershipOf, tell } from './standing.ts'

const alreadyLoggedIn = () => new ResError('session.alreadyLoggedIn', 'Already logged in')

/** `auth.session.login`: a new session, and its first key. */
export async function logIn(context: ServiceContext, request: AuthRequest): Promise<{ reloginKey: string }> {
  const { sessions, connections, settings, watch } = context
  const { cid } = request
  const entry = await findFreeEntry(context, request)
  const user = await checkPassword(context, request)

  const [binding = null] = readBindings(context, request)
  if (settings.bind !== null && binding === null) {
    throw new ResError('session.bindingMissing', `The cookie ${settings.bind} is missing`)
  }
  const session = sessions.openAnonymous<object>({ replaced() {}, canDeliver: () => true, binding })
  session.signIn(String(user.id))
  const instruction = await sessions.commit(session)
  const membership = { sessionId: session.id, userId: String(user.id), expiresAt: session.expiresAt ?? 0 }
  const undo = async () => {
    session.signOut()
    await sessions.commit(session)
  }
  const isFirst = await connections.write(entry, membership).catch(async error => {
    await undo()
    throw error
  })
  // Of two logins on one connection, at whichever instances, the first to get here has made it.
  if (!isFirst || instruction.do !== 'set') {
    await undo()
    throw alreadyLoggedIn()
  }
  watch.expect(session.id, membership.expiresAt)
  tell(context, cid, { membership, user }, null)
  return { reloginKey: instruction.credential }
}

/** A connection whose session has ended meanwhile is told so, and may log in. */
async function findFreeEntry(context: ServiceContext, { cid, token }: AuthRequest): Promise<Entry> {
  const entry = await context.connections.read(cid)
  const membership = membershipOf(context, entry, token)
  if (membership === null) {
    const hasLeft = entry.left !== null && sessionIdOf(token) === entry.left
    if (token !== null && !hasLeft) throw alreadyLoggedIn()
    return entry
  }
  const standing = await findStanding(context, membership)
  if (standing !== null) {
    // Should the login that made it have died before it told: now it is told.
    if (!isSameToken(token, tokenOf(membership.sessionId, standing.user))) tell(context, cid, standing, token)
    throw alreadyLoggedIn()
  }
  await cut(context, entry, membership.sessionId)
  return context.connections.read(cid)
}

function refuseIf(waitMs: number): void {
  if (waitMs <= 0) return
  throw new ResError('session.tooManyAttempts', 'Too many attempts', { retryAfterMs: Math.ceil(waitMs) })
}

async function checkPassword(context: ServiceContext, request: AuthRequest): Promise<SessionUser> {
  const { settings, connections, byUser, byAddress } = context
  const { username, password } = readLogin(request)
  const name = username.trim().normalize('NFKC').toLowerCase()
  const address = settings.addressOf(request)
  refuseIf(byAddress.take(address))
  const waitMs = byUser.take(name)
  if (waitMs > 0) byAddress.giveBack(address)
  refuseIf(waitMs)
  const forgive = () => {
    byUser.giveBack(name)
    byAddress.giveBack(address)
  }
  const user = await settings.findUserByPassword(username, password).catch(error => {
    forgive()
    throw error
  })
  if (user === null) throw new ResError('session.wrongUsernamePassword', 'Wrong username or password')
  forgive()
  if (String(user.id) === connections.owner) {
    throw new SessionError(
      'invalid_option',
      `No user may have the id ${user.id}: connections are kept under it.`,
    )
  }
  return user
}
