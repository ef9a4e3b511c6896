import { createSessions, onSessionEvent } from '@sojourn/core'
import { Bus } from './bus.ts'
import { check } from './check.ts'
import { Connections } from './connections.ts'
import { checkMethods, Gateways } from './gateways.ts'
import { logIn } from './log-in.ts'
import { logOut } from './log-out.ts'
import { completeOptions, type SessionServiceOptions } from './options.ts'
import { relogin } from './relogin.ts'
import { type AuthRequest, readCid, readRequest } from './requests.ts'
import type { ServiceContext } from './service-context.ts'
import { Throttle } from './throttle.ts'
import { Turns } from './turns.ts'
import { access, get } from './user-model.ts'
import { Watch } from './watch.ts'

export interface SessionService {
  /**
   * Takes requests, and has the gateways ask again for all they know of our sessions: now, and whenever NATS was away.
   * Resolves when NATS knows of it.
   */
  start(): Promise<void>
  /** The user's name or role has changed: where they are signed in, it is told. */
  refreshUser(userId: string): Promise<void>
  /** Answers what is in hand. Ends no session, and closes no NATS connection, strategy or store. */
  close(): Promise<void>
}

const lookMs = 1000

/** By then, a gateway has given up what it asked an instance that died meanwhile; and what changed until then, it dropped. */
const resetAgainMs = 5000

/**
 * The session service behind a Resgate: the auth methods `login`, `relogin` and `logout`, the model `user.{cid}`, and
 * the connections' tokens. Any number of instances share the work.
 *
 * @throws {SessionError} `invalid_option`
 */
export function createSessionService(options: SessionServiceOptions): SessionService {
  const settings = completeOptions(options)
  const { nats, name, now, idleMs, onError, failureMs, failuresPerUser, failuresPerAddress } = settings
  const sessions = createSessions(options)
  const { strategy } = sessions
  const bus = new Bus({ nats, queue: name, onError })
  const gateways = new Gateways(bus, name)
  const turns = new Turns()
  const watch = new Watch({ strategy, gateways, idleMs, now, onError })
  const context: ServiceContext = {
    ...{ settings, sessions, bus, gateways, watch },
    connections: new Connections({ store: settings.connections, name, keepMs: idleMs, now }),
    byUser: new Throttle({ failures: failuresPerUser, failureMs, now }),
    byAddress: new Throttle({ failures: failuresPerAddress, failureMs, now }),
    afterwards: (cid, task) => turns.take(cid, task).catch(onError),
  }
  const stops: (() => void)[] = []
  let isAnnounced = true
  let isClosed = false
  let again: NodeJS.Timeout | undefined

  function serve(subject: string, answer: (request: AuthRequest, subject: string) => Promise<unknown>): void {
    bus.serve(subject, async (payload, subject) => {
      const request = readRequest(payload)
      return turns.take(request.cid, () => answer(request, subject))
    })
  }

  /** Tried again until it succeeds. */
  async function announce(): Promise<void> {
    isAnnounced = true
    gateways.reset()
    clearTimeout(again)
    again = setTimeout(() => gateways.reset(), resetAgainMs)
    try {
      const sessionIds = await context.connections.listSessions()
      for (const sessionId of sessionIds) watch.hear(sessionId)
      gateways.check(sessionIds, 'check')
    } catch (error) {
      isAnnounced = false
      onError(error)
    }
  }

  async function announceAfterReconnects(): Promise<void> {
    for await (const { type } of nats.status()) {
      if (isClosed) return
      if (type === 'reconnect') await announce()
    }
  }

  return {
    async start() {
      serve(`auth.${name}.login`, request => logIn(context, request))
      serve(`auth.${name}.relogin`, request => relogin(context, request))
      serve(`auth.${name}.logout`, request => logOut(context, request))
      for (const method of checkMethods)
        serve(`auth.${name}.${method}`, request => check(context, method, request))
      serve(`access.${name}.user.*`, (request, subject) => access(context, request, readCid(subject)))
      bus.serve(`get.${name}.user.*`, async (_, subject) => {
        const cid = readCid(subject)
        return turns.take(cid, () => get(context, cid))
      })
      gateways.onToken(sessionId => watch.hear(sessionId))
      gateways.onEndAnnounced((sessionId, reason) => watch.note(sessionId, reason))

      const timer = setInterval(() => {
        watch.look()
        if (!isAnnounced) announce()
      }, lookMs)
      stops.push(
        () => clearInterval(timer),
        onSessionEvent(
          'reuse',
          event => event.strategy === strategy.name && watch.ended(event.sessionId, 'reuse'),
        ),
        strategy.revoker?.onRevoked(sessionId => watch.ended(sessionId, 'revoked')) ?? (() => {}),
      )
      announceAfterReconnects().catch(onError)
      await announce()
      await bus.flush()
    },

    async refreshUser(userId) {
      const records = (await strategy.directory?.list(userId)) ?? []
      gateways.check(
        records.map(({ id }) => id),
        'check',
      )
    },

    async close() {
      isClosed = true
      clearTimeout(again)
      for (const stop of stops) stop()
      await bus.close()
      await turns.settled()
    },
  }
}
