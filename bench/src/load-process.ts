import { Child } from './child.ts'
import type { RequestName } from './scenarios.ts'
import { WrongAnswer } from './wrong-answer.ts'

/** A client of a server under test: what it holds, and what it must be told. */
export interface Client {
  /** The `Cookie` header it sends; null without a session. */
  cookie: string | null
  /** Null: an anonymous visitor. */
  readonly user: string | null
  counter: number
}

export interface SignIn {
  readonly port: number
  /** How many users sign in, named by number from `firstUser` on. */
  readonly count: number
  readonly firstUser: number
  readonly fillerBytes: number
  /** One in how many is reported. */
  readonly every: number
}

export interface Load {
  readonly port: number
  /** What each client asks for, in this order, again and again. */
  readonly requests: readonly [RequestName, ...RequestName[]]
  /** Of a session that is signed in to. */
  readonly fillerBytes: number
  readonly seconds: number
  /** Each client asks once, however long that takes. */
  readonly isOnce: boolean
  /** The clients that each connection speaks for, in turn; as many for each, if they ask once. */
  readonly connections: readonly (readonly Client[])[]
  /** Whether all clients are one user, as where there are no sessions. */
  readonly isOneUser: boolean
}

export interface LoadReport {
  readonly requests: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** With headers, per answer. */
  readonly responseBytes: number
  /** The share of its core that the load generator used: near 1, it and not the server sets the pace. */
  readonly loaderBusy: number
  /** The first wrong answer, in words. */
  readonly wrong: string | null
}

/** Said when the load waits for word, having begun, and before it ends. */
export interface GoOn {
  readonly goOn: true
}

/** Reading pages at a fixed rate, whatever the answers do. */
export interface PacedLoad {
  readonly port: number
  readonly requestsPerSecond: number
  readonly seconds: number
  /** One for each connection. */
  readonly clients: readonly Client[]
  readonly isOneUser: boolean
}

/** From the moment that each request was due. */
export interface PacedReport {
  readonly requests: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
  readonly loaderBusy: number
  readonly wrong: string | null
}

export interface LoadProcess {
  /** @throws {WrongAnswer} if not all could sign in */
  signIn(request: SignIn): Promise<Client[]>
  /**
   * What it met between the two times that it calls back, under load: when all connections are open and have been
   * answered, and before the first is closed. Of a load that asks once it is before and after.
   */
  load(request: Load, atEdge: () => Promise<void>): Promise<LoadReport>
  pace(request: PacedLoad): Promise<PacedReport>
  kill(): Promise<void>
}

export function startLoadProcess(): LoadProcess {
  const child = new Child('./load.ts', [], 1)
  return {
    async signIn(request) {
      const { clients, wrong } = await child.ask<{ clients: Client[]; wrong: string | null }>(request)
      if (wrong !== null) throw new WrongAnswer(wrong)
      return clients
    },
    async load(request, atEdge) {
      const goOn: GoOn = { goOn: true }
      let lost: unknown = null
      const pass = () =>
        atEdge().catch(error => {
          lost ??= error
        })
      await child.ask(request)
      await pass()
      await child.ask(goOn)
      await pass()
      const report = await child.ask<LoadReport>(goOn)
      if (lost !== null) throw lost
      return report
    },
    pace: request => child.ask<PacedReport>(request),
    kill: () => child.kill(),
  }
}
