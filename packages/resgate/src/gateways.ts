import type { Bus } from './bus.ts'
import type { SessionToken, SessionUser } from './options.ts'
import { sessionIdOf } from './requests.ts'

const endReasons = ['revoked', 'expired', 'reuse', 'signed-out'] as const

/** Why a connection is in no session any more, though its client did not ask for that. */
export type EndReason = (typeof endReasons)[number]

/** The methods that a gateway calls when it was told to, in the name of each connection of a session. */
export const checkMethods = ['check', ...endReasons] as const

export type CheckMethod = (typeof checkMethods)[number]

/** How many sessions one event names: each costs the gateway a look at all its connections. */
const maxTids = 1000

export const tokenOf = (sessionId: string, { id, role }: SessionUser): SessionToken => ({
  sid: sessionId,
  userId: id,
  role,
})

export const isSameToken = (token: unknown, { sid, userId, role }: SessionToken): boolean =>
  sessionIdOf(token) === sid &&
  (token as SessionToken).userId === userId &&
  (token as SessionToken).role === role

/** The model's values. */
export const describeUser = (user: SessionUser | null) =>
  user === null ? { id: null, name: null, role: null } : { id: user.id, name: user.name, role: user.role }

/** What we tell the gateways, of which there may be any number. */
export class Gateways {
  readonly #bus: Bus
  readonly #name: string

  constructor(bus: Bus, name: string) {
    this.#bus = bus
    this.#name = name
  }

  giveToken(cid: string, token: SessionToken): void {
    this.#bus.tell(`conn.${cid}.token`, { token, tid: token.sid })
  }

  takeToken(cid: string): void {
    this.#bus.publish(`conn.${cid}.token`, { token: null })
  }

  /** Hears the session of each token that any instance gives. */
  onToken(listener: (sessionId: string) => void): void {
    this.#bus.listen('conn.*.token', payload => {
      const { tid } = JSON.parse(new TextDecoder().decode(payload)) as { readonly tid: unknown }
      if (typeof tid === 'string') listener(tid)
    })
  }

  showUser(cid: string, user: SessionUser | null): void {
    this.#bus.publish(`event.${this.#name}.user.${cid}.change`, { values: describeUser(user) })
  }

  tellEnd(cid: string, reason: EndReason): void {
    this.#bus.publish(`event.${this.#name}.user.${cid}.ended`, { reason })
  }

  /** Says to all instances why a session is about to end. */
  announceEnd(sessionId: string, reason: EndReason): void {
    this.#bus.tell(`sojourn.${this.#name}.end`, { sessionId, reason })
  }

  onEndAnnounced(listener: (sessionId: string, reason: EndReason) => void): void {
    this.#bus.listen(`sojourn.${this.#name}.end`, payload => {
      const { sessionId, reason } = JSON.parse(new TextDecoder().decode(payload))
      if (typeof sessionId === 'string' && endReasons.includes(reason)) listener(sessionId, reason)
    })
  }

  /** Has each connection of the sessions looked at by one of us. */
  check(sessionIds: readonly string[], method: CheckMethod): void {
    for (let first = 0; first < sessionIds.length; first += maxTids) {
      const tids = sessionIds.slice(first, first + maxTids)
      this.#bus.publish('system.tokenReset', { tids, subject: `auth.${this.#name}.${method}` })
    }
  }

  /** Whatever they know of our resources may be wrong. */
  reset(): void {
    const resources = [`${this.#name}.user.*`]
    this.#bus.publish('system.reset', { resources, access: resources })
  }
}
