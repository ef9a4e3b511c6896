import { setTimeout } from 'node:timers/promises'
import { takeEnds } from './child.ts'
import { type ContenderName, storeOf } from './contenders.ts'
import { EndedError } from './ended-error.ts'
import { type LoadProcess, startLoadProcess } from './load-process.ts'
import { refusalOf } from './refusal.ts'
import type { NotRun } from './results.ts'
import { countRoundTrips, noTrips, type Trips } from './round-trips.ts'
import type { Scenario } from './scenarios.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { type StoreKind, StorePlaces } from './store-server.ts'

const endKnownWithinMs = 500

/**
 * The servers, stores and the load generator of a run. Each is started when it is first needed, and again if it has
 * ended.
 */
export class Stage implements AsyncDisposable {
  readonly places = new StorePlaces()
  readonly loader: LoadProcess
  #loader = startLoadProcess()
  readonly #servers = new Map<ContenderName, ServerProcess>()
  readonly #cannotStart = new Map<ContenderName, NotRun>()
  /** Ended by us, because their store had ended. */
  readonly #orphans = new Map<string, string>()
  readonly #refusals = new Map<string, string | null>()
  readonly #trips = new Map<string, Trips>()

  constructor() {
    this.loader = {
      signIn: request => this.#loader.signIn(request),
      load: (request, atEdge) => this.#loader.load(request, atEdge),
      pace: request => this.#loader.pace(request),
      kill: () => this.#loader.kill(),
    }
  }

  /** The servers of those who can be started, and hold so much. Of the others, why not goes into `lost`. */
  async cast(
    contenders: readonly ContenderName[],
    sessionBytes: number,
    during: string,
    lost: NotRun[],
  ): Promise<ServerProcess[]> {
    const servers: ServerProcess[] = []
    for (const contender of contenders) {
      const server = await this.server(contender, lost)
      if (server === null) continue
      try {
        const reason = await this.#refusalOf(server, sessionBytes)
        if (reason === null) servers.push(server)
        else lost.push({ contender, sessionBytes, reason })
      } catch (error) {
        lost.push(await this.lossOf(contender, during, error, storeOf(contender)))
      }
    }
    if (servers[0]?.contender !== contenders[0])
      throw new Error(`there is no ${contenders[0]} to compare with`)
    return servers
  }

  async server(contender: ContenderName, lost: NotRun[]): Promise<ServerProcess | null> {
    const known = this.#servers.get(contender)
    if (known !== undefined) return known
    const reason = this.#cannotStart.get(contender)
    if (reason !== undefined) {
      lost.push(reason)
      return null
    }
    const kind = storeOf(contender)
    try {
      if (kind !== null && (await this.places.hasEnded(kind))) await this.places.replace(kind)
      const { address, pids } = await this.places.placeOf(kind)
      const server = await startServer(contender, { store: address, storePids: pids })
      this.#servers.set(contender, server)
      return server
    } catch (error) {
      takeEnds(contender)
      const log = error instanceof EndedError ? { log: error.log } : {}
      const loss: NotRun = { contender, reason: (error as Error).message, ...log }
      this.#cannotStart.set(contender, loss)
      lost.push(loss)
      return null
    }
  }

  /** Nulls of one who fails at it. */
  async tripsOf(
    contender: ContenderName,
    scenario: Scenario,
    sessionBytes: number,
    lost: NotRun[],
  ): Promise<Trips> {
    const key = `${contender} ${scenario.name} ${sessionBytes}`
    const known = this.#trips.get(key)
    if (known !== undefined) return known
    const trips = await this.places
      .addressFor(contender)
      .then(address => countRoundTrips(contender, address, scenario, sessionBytes))
      .catch(async error => {
        lost.push(await this.lossOf(contender, 'trips to the store', error, storeOf(contender)))
        return noTrips
      })
    this.#trips.set(key, trips)
    return trips
  }

  /**
   * What is said of one who failed: it ended, its store did, or, if neither, its answers were wrong. What has ended is
   * started again when it is next needed.
   */
  async lossOf(contender: string, during: string, error: unknown, store: StoreKind | null): Promise<NotRun> {
    const end = await this.#endOf(contender, error)
    await this.#end(contender as ContenderName)
    const orphaned = this.#orphans.get(contender)
    this.#orphans.delete(contender)
    if (end !== undefined && end.contender === null) {
      await this.#loader.kill()
      this.#loader = startLoadProcess()
    }
    const isStoreEnded = await this.places.hasEnded(store)
    const words = `its store, ${store}, ended by itself.`
    if (isStoreEnded) await this.#replaceStore(store as StoreKind, words)
    const log = end === undefined || end.log.length === 0 ? {} : { log: end.log }
    const reason = isStoreEnded ? words : orphaned
    if (reason !== undefined) return { contender, during, reason, ...log }
    const isFailure = end?.contender ? {} : { isFailure: true }
    return { contender, during, reason: ((end ?? error) as Error).message, ...log, ...isFailure }
  }

  /** Forgets who ended in what was measured before. */
  begin(): void {
    takeEnds()
    this.#orphans.clear()
  }

  /** Ends all servers: those that are needed are started anew. */
  async clear(): Promise<void> {
    for (const contender of [...this.#servers.keys()]) await this.#end(contender)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clear()
    await this.#loader.kill()
    await this.places[Symbol.asyncDispose]()
  }

  async #refusalOf(server: ServerProcess, sessionBytes: number): Promise<string | null> {
    const key = `${server.contender} ${sessionBytes}`
    const known = this.#refusals.get(key)
    if (known !== undefined) return known
    const reason = await refusalOf(server, sessionBytes)
    await server.usage() // throws if it has ended, which is no refusal
    if (reason !== null && (await this.places.hasEnded(storeOf(server.contender)))) throw new Error(reason)
    this.#refusals.set(key, reason)
    return reason
  }

  /** Connections are closed a moment before it can be known that the process has ended which held them. */
  async #endOf(contender: string, error: unknown): Promise<EndedError | undefined> {
    if (error instanceof EndedError) {
      takeEnds(contender)
      return error
    }
    const server = this.#servers.get(contender as ContenderName)
    if (server === undefined) await setTimeout(endKnownWithinMs)
    else await server.usage().catch(() => {})
    return takeEnds(contender)[0]
  }

  async #end(contender: ContenderName): Promise<void> {
    const server = this.#servers.get(contender)
    this.#servers.delete(contender)
    await server?.kill()
  }

  async #replaceStore(store: StoreKind, why: string): Promise<void> {
    await this.places.replace(store)
    for (const contender of [...this.#servers.keys()]) {
      if (storeOf(contender) !== store) continue
      this.#orphans.set(contender, why)
      await this.#end(contender)
    }
  }
}
