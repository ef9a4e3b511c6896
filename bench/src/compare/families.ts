import type { Reported } from '../html/reported.ts'
import { isThroughResgate } from '../resgate/contenders.ts'
import type { Latency, Resgate, Restart, Scale, Sockets, Spread, Theft, Throughput } from '../results.ts'
import { isOnSockets } from '../sockets/contenders.ts'
import { count } from '../table.ts'
import {
  type Figure,
  inStore,
  lifetime,
  ofNone,
  once,
  overhead,
  overheadAlone,
  spared,
  to,
  trips,
} from './figures.ts'

/** The rows of one kind in a results file, and what is compared of them. */
interface Family<Row extends { readonly contender: string }> {
  readonly rowsOf: (results: Reported) => readonly Row[]
  /** What was measured, whoever the contender is. */
  readonly nameOf: (row: Row) => string
  /** Requests, relogins and so on per second. */
  readonly rateOf?: (row: Row) => Spread
  readonly figures: readonly Figure<Row>[]
}

export type AnyRow = { readonly contender: string; readonly rounds?: number; readonly cpuMicros?: Spread }
export type AnyFamily = Family<AnyRow>

const family = <Row extends AnyRow>(family: Family<Row>) => family as unknown as AnyFamily

export const families: readonly AnyFamily[] = [
  family<Throughput>({
    rowsOf: ({ throughput }) => throughput,
    nameOf: ({ scenario, sessionBytes, concurrency }) =>
      `${scenario}, ${count(sessionBytes)} B, ${concurrency} connections`,
    rateOf: row => row.rps,
    figures: [
      ofNone,
      overhead,
      inStore,
      trips,
      {
        title: 'bytes of cookie',
        of: row => row.credentialBytes,
        format: count,
        isBetter: 'less',
        margin: { share: 0.02, amount: 8 },
      },
    ],
  }),
  family<Latency>({
    rowsOf: ({ latency }) => latency,
    nameOf: ({ scenario, sessionBytes, requestsPerSecond, shareOfCapacity }) =>
      `${scenario}, ${count(sessionBytes)} B, at ${
        shareOfCapacity === undefined
          ? `${count(requestsPerSecond)} requests/s`
          : `${100 * shareOfCapacity} % of what it can`
      }`,
    figures: [
      {
        ...once<Latency>('p99', row => row.p99Ms),
        title: 'p99 ms',
        format: to(1),
        margin: { share: 1, amount: 2 },
      },
    ],
  }),
  family<Restart>({
    rowsOf: ({ restart }) => restart,
    nameOf: row =>
      `${row.fault}${isOnSockets(row) ? ', sockets' : isThroughResgate(row) ? ', through Resgate' : ''}`,
    figures: [
      spared('% signed in', row => row.clients - row.stillSignedIn),
      spared('% writes kept', row => row.acknowledgedWritesLost),
      spared('% trusted', row => row.reuses),
      {
        title: 'wrong user',
        of: row => row.wrongUser,
        format: count,
        isBetter: 'less',
        margin: { share: 0, amount: 0 },
      },
      once('all back', row => row.allBackMs),
      once('first answer', row => (row.allBackMs === undefined ? row.firstSuccessMs : null)),
    ],
  }),
  family<Theft>({
    rowsOf: ({ theft }) => theft,
    nameOf: ({ act }) => `theft, ${act}`,
    figures: [
      {
        title: 'a copy works',
        format: lifetime,
        isBetter: 'less',
        of: row => row.worksForMs ?? Number.POSITIVE_INFINITY,
        margin: { share: 0.5, amount: 100 },
      },
    ],
  }),
  family<Scale>({
    rowsOf: ({ scale }) => scale,
    nameOf: ({ sessions }) => `scale, ${count(sessions)} sessions`,
    figures: [
      overheadAlone,
      {
        title: 'bytes each',
        of: row => (row.sessions < 100_000 ? null : row.bytesPerSession),
        format: count,
        isBetter: 'less',
        isAbsolute: true,
        margin: { share: 0.5, amount: 100 },
      },
      once('cleared in', row => row.clearMs),
    ],
  }),
  family<Sockets>({
    rowsOf: ({ sockets }) => sockets,
    nameOf: ({ sockets }) => `relogin on ${count(sockets)} sockets`,
    rateOf: row => row.resumesPerSecond,
    figures: [
      ofNone,
      overhead,
      trips,
      {
        title: 'KB each',
        of: row => row.rssBytesPerSocket / 1024,
        format: to(1),
        isBetter: 'less',
        isAbsolute: true,
        margin: { share: 0.5, amount: 20 },
      },
    ],
  }),
  family<Resgate>({
    rowsOf: ({ resgate }) => resgate,
    nameOf: ({ act, sessions }) => `${act} through Resgate, ${count(sessions)} sessions`,
    rateOf: row => row.perSecond,
    figures: [
      ofNone,
      overhead,
      trips,
      {
        title: 'messages',
        of: row => row.messages,
        format: to(0),
        isBetter: 'less',
        margin: { share: 0, amount: 0.5 },
      },
    ],
  }),
]
