import { once } from 'node:events'
import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { WebSocket } from 'ws'
import { eventually } from './eventually.ts'
import type { Gateway } from './gateway.ts'
import { startNats } from './nats.ts'
import type { Server } from './server.ts'

// biome-ignore lint/suspicious/noExplicitAny: JSON
type Json = any
type Headers = Readonly<Record<string, string | string[]>>

/** A gateway, its NATS, and a service that answers as it is told. */
export interface World extends AsyncDisposable {
  readonly gateway: Gateway
  readonly natsServer: Server
  readonly service: Service
  connect(headers?: Headers): Promise<Client>
}

export async function createWorld(startGateway: (natsUrl: string) => Promise<Gateway>): Promise<World> {
  const natsServer = await startNats()
  const gateway = await startGateway(natsServer.url)
  const nats = await connect({ servers: natsServer.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 })
  const clients: Client[] = []
  return {
    gateway,
    natsServer,
    service: new Service(nats),
    async connect(headers = {}) {
      await eventually(() => nats.flush().then(() => true)) // The service is there.
      const client = new Client(gateway.url, headers)
      clients.push(client)
      await once(client.socket, 'open')
      return client
    },
    async [Symbol.asyncDispose]() {
      for (const { socket } of clients) socket.terminate()
      await nats.close()
      await gateway[Symbol.asyncDispose]()
      await natsServer[Symbol.asyncDispose]()
    },
  }
}

export class Service {
  readonly nats: NatsConnection
  /** All it was asked, as it was written, in order. */
  readonly asked: { readonly subject: string; readonly text: string }[] = []

  constructor(nats: NatsConnection) {
    this.nats = nats
  }

  /** `answer` may say more before, and nothing: null leaves the asker without. */
  on(subject: string, answer: (request: Json, message: Msg) => object | null): void {
    this.nats.subscribe(subject, {
      callback: (_, message) => {
        const text = message.string()
        this.asked.push({ subject: message.subject, text })
        const answered = answer(JSON.parse(text), message)
        if (answered !== null) message.respond(JSON.stringify(answered))
      },
    })
  }

  /** A model that everybody may read. */
  offer(name: string, model: object): void {
    this.on(`access.${name}`, () => ({ result: { get: true } }))
    this.on(`get.${name}`, () => ({ result: { model } }))
  }

  say(subject: string, data?: object): void {
    this.nats.publish(subject, data === undefined ? '' : JSON.stringify(data))
  }

  /** Resolves when so many questions came; to all since the last time. */
  async hear(count: number): Promise<{ subject: string; text: string }[]> {
    await eventually(async () => this.asked.length >= count)
    return this.take()
  }

  /** Whether anybody listens on a subject. */
  async hasListeners(subject: string): Promise<boolean> {
    const error = await this.nats.request(subject, '', { timeout: 50 }).catch(error => error)
    return !/no responders/i.test(`${error}`)
  }

  /** What it was asked since the last time. */
  take(): { subject: string; text: string }[] {
    return this.asked.splice(0)
  }
}

/** A client that speaks the RES client protocol by hand. */
export class Client {
  readonly socket: WebSocket
  readonly events: Json[] = []
  readonly #answers = new Map<number, (answer: Json) => void>()
  #lastId = 0

  constructor(url: string, headers: Headers) {
    this.socket = new WebSocket(url, { headers })
    this.socket.on('message', data => {
      const message = JSON.parse(`${data}`)
      const { id, ...answer } = message
      if (id === undefined) this.events.push(message)
      else this.#answers.get(id)?.(answer)
    })
    this.socket.on('error', () => {}) // Told by the close.
  }

  /** As it is. */
  say(text: string): void {
    this.socket.send(text)
  }

  /** Resolves to the answer without its id. */
  ask(method: string, params?: unknown): Promise<Json> {
    const id = ++this.#lastId
    this.say(JSON.stringify({ id, method, params }))
    return new Promise(resolve => this.#answers.set(id, resolve))
  }

  /** With the protocol of today's resclient. */
  async greet(): Promise<this> {
    await this.ask('version', { protocol: '1.2.1' })
    return this
  }

  /** The next events, as many as asked for; fails if there are more. */
  async hear(count: number): Promise<Json[]> {
    await eventually(async () => this.events.length >= count)
    return this.events.splice(0)
  }
}
