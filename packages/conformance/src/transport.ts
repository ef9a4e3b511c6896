import { type Credential, createStoredStrategy, type SessionsOptions } from '@sojourn/core'
import { type Clock, createClock } from './clock.ts'
import { Gate } from './gate.ts'
import { type Law, type Laws, testLaws } from './law.ts'
import { type Action, createPerform, type Perform, type View } from './perform.ts'
import { hourMs, minuteMs } from './record.ts'
import { answerLaws } from './transport-laws/answers.ts'
import { credentialLaws } from './transport-laws/credentials.ts'
import { endingLaws } from './transport-laws/endings.ts'
import { faultLaws } from './transport-laws/faults.ts'
import { TrialStore } from './trial-store.ts'

export interface TransportHarness {
  /** Serves the app under test; where there are ports, on one of its own. */
  serve(options: ServeOptions): Promise<TransportServer>
}

export interface ServeOptions extends SessionsOptions {
  /** What the app does with the actions of a visitor, and what it answers. */
  readonly perform: Perform
}

export interface TransportServer {
  /** A new client, which holds `credential` if there is one. It need not connect before its first action. */
  visitor(credential?: Credential | null): Visitor
  close(): Promise<void>
}

/** A client that does what it is told, as a browser does. */
export interface Visitor {
  /** What it holds now: it keeps what it is given, and forgets it when told. */
  readonly credential: Credential | null
  /** Has the app do the actions, in one request or message; settles once the whole answer is there. */
  do(...actions: Action[]): Promise<Answer>
}

/** `code` is that of the error, as the app's error handler sees it. */
export type Answer =
  | { readonly ok: true; readonly view: View }
  | { readonly ok: false; readonly code: string }

/** What a transport law is tried on. */
export interface TransportTrial {
  readonly clock: Clock
  readonly store: TrialStore
  /** Where the action `wait` waits. */
  readonly gate: Gate
  visitor(credential?: Credential | null): Visitor
  /** Another server of the same store, after the secret was replaced. */
  serveWithNewSecret(): Promise<TransportServer>
}

/** All that a transport promises, whatever it speaks. Sessions live an hour without use, and three in all. */
export function transportLaws(harness: TransportHarness): Law[] {
  return Object.entries(laws).map(([name, law]) => ({
    name,
    async check() {
      const clock = createClock()
      const gate = new Gate()
      const store = new TrialStore()
      const servers: TransportServer[] = []
      const serve = async (...keys: string[]) => {
        const { now } = clock
        const strategy = createStoredStrategy({ store, keys, now })
        const times = { now, idleMs: hourMs, deadlineMs: 3 * hourMs, touchMs: minuteMs }
        const server = await harness.serve({ strategy, ...times, perform: createPerform(gate) })
        servers.push(server)
        return server
      }
      try {
        const server = await serve(secret)
        await law({
          clock,
          store,
          gate,
          visitor: credential => server.visitor(credential),
          serveWithNewSecret: () => serve(newSecret, secret),
        })
      } finally {
        gate.open()
        store.gate.open()
        await Promise.all(servers.map(server => server.close()))
      }
    },
  }))
}

/** Registers the laws as tests. */
export function testTransport(name: string, harness: TransportHarness): void {
  testLaws(`${name}: a transport`, transportLaws(harness))
}

const secret = 'the secret of the app under test'
const newSecret = 'the next secret of the app under test'

const laws: Laws<TransportTrial> = {
  ...answerLaws,
  ...credentialLaws,
  ...endingLaws,
  ...faultLaws,
}
