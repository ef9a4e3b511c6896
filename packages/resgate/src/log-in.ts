import { readBindings } from './bindings.ts'
import type { Entry } from './connections.ts'
import type { SessionUser } from './options.ts'
import { type AuthRequest, readLogin } from './requests.ts'
import { ResError } from './res-error.ts'
import type { ServiceContext } from './service-context.ts'
import { cut, findStanding, membershipOf, tell, verify } from './standing.ts'

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
  // Of two logins on one connection, at whichever instances, the first to get here has made it.
  if (instruction.do !== 'set' || !(await connections.write(entry, membership))) {
    session.signOut()
    await sessions.commit(session)
    throw alreadyLoggedIn()
  }
  watch.see(session.id, membership.expiresAt)
  tell(context, cid, { membership, user }, null)
  verify(context, cid, session.id)
  return { reloginKey: instruction.credential }
}

/** A connection whose session has ended meanwhile is told so, and may log in. */
async function findFreeEntry(context: ServiceContext, { cid, token }: AuthRequest): Promise<Entry> {
  const entry = await context.connections.read(cid)
  const membership = membershipOf(context, entry, token)
  if (membership === null) {
    if (token !== null) throw alreadyLoggedIn()
    return entry
  }
  if ((await findStanding(context, membership)) !== null) throw alreadyLoggedIn()
  await cut(context, entry)
  return context.connections.read(cid)
}

async function checkPassword(context: ServiceContext, request: AuthRequest): Promise<SessionUser> {
  const { settings, byUser, byAddress } = context
  const { username, password } = readLogin(request)
  const name = username.toLowerCase()
  const address = settings.addressOf(request)
  const waitMs = Math.max(byUser.take(name), byAddress.take(address))
  if (waitMs > 0) {
    throw new ResError('session.tooManyAttempts', 'Too many attempts', { retryAfterMs: Math.ceil(waitMs) })
  }
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
  return user
}
