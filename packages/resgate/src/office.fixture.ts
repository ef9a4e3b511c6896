import type { NatsConnection } from '@nats-io/transport-node'
import { type Clock, createClock, TrialStore } from '@sojourn/conformance'
import type { SessionStore, SessionStrategy } from '@sojourn/core'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { type Server, startNats } from '@sojourn/testbed'
import { Gateway } from './gateway.fixture.ts'
import {
  connectToNats,
  createSessionService,
  type SessionService,
  type SessionServiceOptions,
  type SessionUser,
} from './index.ts'

export const users = new Map<string, SessionUser>([
  ['admin', { id: 1, name: 'Administrator', role: 'admin' }],
  ['jane', { id: 3, name: 'Jane Doe', role: 'user' }],
  ['john', { id: 4, name: 'John Doe', role: 'user' }],
])

export interface Office extends AsyncDisposable {
  readonly nats: Server
  readonly gateway: Gateway
  readonly store: TrialStore
  readonly strategy: SessionStrategy
  readonly clock: Clock
  /** What `onError` got. */
  readonly errors: unknown[]
  readonly service: SessionService
  /** Another instance, on a NATS connection of its own. */
  open(options?: Partial<SessionServiceOptions>): Promise<SessionService>
  /** One that is only asked by subjects that begin with `apart.`, so that a test decides which instance it asks. */
  openApart(options?: Partial<SessionServiceOptions>): Promise<SessionService>
}

export interface OfficeOptions extends Partial<SessionServiceOptions> {
  createStrategy?(options: { store: SessionStore; now: () => number }): SessionStrategy
}

/** A session service on a real NATS, and a gateway; what is stored can be held, counted and made to fail. */
export async function openOffice(options: OfficeOptions = {}): Promise<Office> {
  const nats = await startNats()
  const store = new TrialStore()
  const clock = createClock()
  const { now } = clock
  const strategy =
    options.createStrategy?.({ store, now }) ??
    createReloginKeyStrategy({ store, now, keys: ['a secret of more than thirty-two bytes'] })
  const errors: unknown[] = []
  const connections: NatsConnection[] = []
  const services: SessionService[] = []

  async function connect(): Promise<NatsConnection> {
    const connection = await connectToNats({ servers: nats.url, reconnectTimeWait: 20 })
    connections.push(connection)
    return connection
  }

  async function open(more: Partial<SessionServiceOptions> = {}): Promise<SessionService> {
    const service = createSessionService({
      nats: await connect(),
      ...{ strategy, now, connections: store, onError: error => void errors.push(error) },
      findUserByPassword: async (username, password) =>
        password === username ? (users.get(username.toLowerCase()) ?? null) : null,
      findUser: async id => [...users.values()].find(user => String(user.id) === id) ?? null,
      ...options,
      ...more,
    })
    services.push(service)
    await service.start()
    return service
  }

  async function openApart(more: Partial<SessionServiceOptions> = {}): Promise<SessionService> {
    const connection = await connect()
    const subscribe = connection.subscribe.bind(connection)
    connection.subscribe = (subject, subscription) =>
      subscribe(subscription?.queue === undefined ? subject : `apart.${subject}`, subscription)
    return open({ ...more, nats: connection })
  }

  const gateway = new Gateway(await connect())
  const service = await open()
  return {
    ...{ nats, gateway, store, strategy, clock, errors, service, open, openApart },
    async [Symbol.asyncDispose]() {
      for (const service of services) await service.close()
      for (const connection of connections) await connection.close()
      await nats[Symbol.asyncDispose]()
    },
  }
}
