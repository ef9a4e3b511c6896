import { randomBytes } from 'node:crypto'
import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node'
import type { ResgateContender } from '../contender.ts'
import { type AuthRequest, nobodysModel } from '../res.ts'
import { findUserByPassword, type User } from '../users.ts'

interface Held {
  readonly sid: string
  readonly user: User
  /** All that it was ever given; the last one is good. */
  readonly keys: string[]
  cid: string | null
  timer?: NodeJS.Timeout
}

/** Two minutes there; here as long as ours, so that none expires between two rounds. */
const liveMs = 3_600_000
const createId = () => randomBytes(24).toString('base64')

const sessionsByKey: Record<string, Held> = {}
const sessionsBySid: Record<string, Held> = {}
const sessionsByCid: Record<string, Held> = {}
let reuses = 0
let nats: NatsConnection

/**
 * The session service of Resgate's client-session example, written anew to do what that does, its defects included: keys in
 * the memory of the process, each good once, one connection for each session, and a session that ends when a spent key comes.
 */
export const contender: ResgateContender = {
  name: 'resgate-example',
  about: "as Resgate's example does it, in memory",
  async serve({ nats: servers }) {
    nats = await connect({ servers })
    const serve = (subject: string, answer: (request: AuthRequest, subject: string) => object) =>
      nats.subscribe(subject, {
        callback: (_error, message: Msg) =>
          void message.respond(JSON.stringify(answer(message.json(), message.subject))),
      })
    serve('auth.session.login', logIn)
    serve('auth.session.relogin', relogin)
    serve('auth.session.logout', ({ cid }) => {
      const held = sessionsByCid[cid]
      if (held) dispose(held)
      return { result: null }
    })
    serve('access.session.user.*', ({ cid }, subject) => ({ result: { get: cid === lastOf(subject) } }))
    serve('get.session.user.*', (_, subject) => ({
      result: { model: sessionsByCid[lastOf(subject)]?.user ?? nobodysModel },
    }))
    await nats.flush()
  },
  countReuses: () => reuses,
}

const lastOf = (subject: string) => subject.slice(subject.lastIndexOf('.') + 1)
const fail = (code: string, message: string) => ({ error: { code, message } })
const invalidParams = fail('system.invalidParams', 'Invalid parameters')

function logIn({ cid, token, params }: AuthRequest): object {
  if (token) return fail('session.alreadyLoggedIn', 'Already logged in')
  const { username, password } = params ?? {}
  if (typeof username !== 'string' || typeof password !== 'string') return invalidParams
  const user = findUserByPassword(username.toLowerCase(), password)
  if (user === null) return fail('session.wrongUsernamePassword', 'Wrong username or password')
  const held: Held = { sid: createId(), user, keys: [], cid: null }
  sessionsBySid[held.sid] = held
  take(held, cid)
  return issue(held)
}

function relogin({ cid, params }: AuthRequest): object {
  const key = params?.reloginKey
  if (typeof key !== 'string') return invalidParams
  const held = sessionsByKey[key]
  if (held === undefined || key !== held.keys.at(-1)) {
    if (held !== undefined) {
      reuses++
      dispose(held)
    }
    return fail('session.invalidReloginKey', 'Invalid relogin key')
  }
  if (held.cid !== cid) take(held, cid)
  return issue(held)
}

function issue(held: Held): object {
  clearTimeout(held.timer)
  held.timer = setTimeout(() => dispose(held), liveMs)
  const reloginKey = createId()
  held.keys.push(reloginKey)
  sessionsByKey[reloginKey] = held
  return { result: { reloginKey } }
}

/** The connection before loses its token, but is not told that its user has gone. */
function take(held: Held, cid: string): void {
  if (held.cid !== null) {
    publish(`conn.${held.cid}.token`, { token: null })
    delete sessionsByCid[held.cid]
  }
  const { sid, user } = held
  held.cid = cid
  sessionsByCid[cid] = held
  publish(`conn.${cid}.token`, { token: { sid, userId: user.id, role: user.role } })
  publish(`event.session.user.${cid}.change`, { values: user })
}

function dispose({ cid, sid, keys, timer }: Held): void {
  clearTimeout(timer)
  publish(`event.session.user.${cid}.change`, { values: nobodysModel })
  publish(`conn.${cid}.token`, { token: null })
  for (const key of keys) delete sessionsByKey[key]
  delete sessionsByCid[String(cid)]
  delete sessionsBySid[sid]
}

const publish = (subject: string, payload: object) => nats.publish(subject, JSON.stringify(payload))
