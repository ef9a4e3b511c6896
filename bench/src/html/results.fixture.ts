import type { Latency, Restart, Spread, Throughput } from '../results.ts'
import { type Reported, toReported } from './reported.ts'

/** Requests per second, then overhead in µs, of `read` and of `write`. */
const costs: Readonly<Record<string, readonly [number, number, number, number]>> = {
  none: [58_641, 0, 59_643, 0],
  memory: [45_830, 5.4, 40_422, 7.9],
  redis: [32_106, 14.1, 24_554, 21.3],
  'redis-cluster': [34_202, 12.3, 21_069, 26.8],
  'database-sqlite': [34_481, 12.4, 14_854, 43.1],
  'database-postgres': [29_199, 16.5, 13_121, 39.4],
  'database-mariadb': [26_224, 17.5, 9154, 56.9],
  level: [40_526, 8, 17_254, 40.6],
  cookie: [47_370, 4.5, 19_523, 32.8],
  'cookie-revocable': [46_239, 5.3, 15_192, 47.4],
  'express-session-memory': [24_589, 23.7, 19_798, 33.1],
  'express-session-redis': [17_144, 40.9, 15_620, 46.6],
  'express-session-postgres': [4229, 144, 4006, 135.2],
  'client-sessions': [19_988, 33, 13_712, 55.2],
  'cookie-session': [16_163, 38.8, 13_082, 49.1],
  'iron-session': [7375, 117, 3742, 249],
}
const contenders = Object.keys(costs)
const stateful = contenders.slice(1)
const about = (median: number): Spread => ({ median, min: median * 0.93, max: median * 1.11 })

const throughput: Throughput[] = Object.entries(costs).flatMap(([contender, [reads, read, writes, write]]) =>
  (
    [
      ['read', reads, read, 200, 32],
      ['read', reads * 0.8, read * 1.6, 1000, 32],
      ['read', reads * 0.6, read * 3.2, 3000, 32],
      ['read', reads * 0.2, read * 1.5, 200, 1],
      ['read', reads * 1.1, read * 1.04, 200, 256],
      ['write', writes, write, 200, 32],
      ['anonymous', reads * 1.3, contender === 'memory' ? -0.4 : read * 0.3, 200, 32],
    ] as const
  ).map(([scenario, rps, overhead, sessionBytes, concurrency]) => ({
    contender,
    scenario,
    sessionBytes,
    concurrency,
    rounds: 3,
    rps: about(rps),
    ratioToNone: about(rps / 58_641),
    cpuMicros: about(16 + overhead),
    overheadHalves: [overhead * 0.98, overhead * 1.03],
    overheadMicros: overhead < 0 ? { median: overhead, min: -1.2, max: 0.6 } : about(overhead),
    p50Ms: 20_000 / rps,
    p99Ms: 70_000 / rps,
    storeCpuMicros: contender.includes('redis') ? 10 + 50 / overhead : null,
    storeRoundTrips: contender.includes('redis') ? 1 : null,
    storeBytes: contender.includes('redis') ? 512 : null,
    responseBytes: 300,
    credentialBytes: contender === 'none' ? 0 : 76,
    rssBytes: 98_000_000,
    loaderBusy: contender === 'none' ? 0.97 : 0.6,
  })),
)

const latency: Latency[] = Object.entries(costs).flatMap(([contender, [reads]]) =>
  [2000, 4000, 8000, 16_000]
    .filter(rate => rate < reads)
    .map(requestsPerSecond => {
      const p99Ms = 0.9 / (1 - requestsPerSecond / reads)
      return {
        contender,
        scenario: 'read',
        sessionBytes: 200,
        connections: 32,
        requestsPerSecond,
        rounds: 3,
        p50Ms: p99Ms / 4,
        p90Ms: p99Ms / 2,
        p99Ms,
        p999Ms: p99Ms * 3,
        maxMs: p99Ms * 9,
        loaderBusy: 0.4,
      }
    }),
)

const restart: Restart[] = stateful.flatMap(contender =>
  (
    [
      ['server-killed', contender.endsWith('memory') ? 0 : 1000],
      ['second-server', contender.endsWith('memory') || contender === 'level' ? 0 : 1000],
      ['secret-rotated', contender === 'client-sessions' ? 0 : 1000],
      ['clock-off', contender === 'iron-session' ? 999 : 1000],
      ['store-killed', contender === 'redis' ? 130 : 1000],
      ['store-frozen', 1000],
    ] as const
  )
    .filter(([fault]) => !fault.startsWith('store') || /redis|postgres|mariadb/.test(contender))
    .filter(([fault]) => fault !== 'secret-rotated' || !contender.endsWith('memory'))
    .map(([fault, stillSignedIn]) => ({
      contender,
      fault,
      clients: 1000,
      stillSignedIn,
      acknowledgedWritesLost: fault === 'store-killed' ? 1000 - stillSignedIn : 0,
      wrongUser: contender === 'cookie-session' && fault === 'second-server' ? 3 : 0,
      firstSuccessMs: stillSignedIn === 0 ? null : fault === 'store-frozen' ? 2004 : 310,
      note: '',
    })),
)

const isStateless = (contender: string) =>
  /^(cookie|client-sessions|cookie-session|iron-session)$/.test(contender)
const isPeer = (contender: string) => /session/.test(contender)

const theft = stateful.flatMap(contender =>
  ['sign-out', 'sign-out-everywhere', 'password-change'].map(act => {
    const lives = isStateless(contender) || (act !== 'sign-out' && isPeer(contender))
    return {
      contender,
      act,
      isOffered: act === 'sign-out' || !lives,
      worksForMs: lives
        ? null
        : contender === 'cookie-revocable'
          ? 1.8
          : contender === 'database-mariadb'
            ? 480
            : 0,
      note: lives ? 'good for an hour from its last use' : '',
    }
  }),
)

const scale = ['memory', 'redis', 'database-sqlite', 'cookie', 'express-session-memory'].flatMap(contender =>
  [1000, 10_000, 100_000, 1_000_000].map((sessions, step) => ({
    contender,
    sessions,
    overheadMicros: about((costs[contender]?.[1] ?? 0) * (1 + step * 0.28)),
    p99Ms: 2 + step / 3,
    bytesPerSession: 744,
    clearMs: contender === 'memory' ? 800 * (step + 1) : null,
    clearPauseMs: contender === 'memory' ? 3 * (step + 1) : null,
  })),
)

const relogins = [
  ['none', 41_424, 21.8, 15_053],
  ['relogin-key-memory', 13_992, 68.4, 6144],
  ['relogin-key-redis', 9192, 106.6, 3994],
  ['single-use-key', 28_990, 30.9, 10_957],
] as const

const returns: Restart[] = [
  ['relogin-key-memory', 'server-killed', 0, null],
  ['relogin-key-redis', 'server-killed', 1000, 3625],
  ['single-use-key', 'server-killed', 0, null],
  ['relogin-key-memory', 'answers-lost', 1000, null],
  ['relogin-key-redis', 'answers-lost', 1000, null],
  ['single-use-key', 'answers-lost', 349, null],
  ['resgate-memory', 'service-killed', 0, null],
  ['resgate-redis', 'service-killed', 1000, 2410],
].map(([contender, fault, stillSignedIn, allBackMs]) => ({
  contender: contender as string,
  fault: fault as string,
  clients: 1000,
  stillSignedIn: stillSignedIn as number,
  acknowledgedWritesLost: 0,
  wrongUser: 0,
  firstSuccessMs: null,
  allBackMs: allBackMs as number | null,
  reuses: stillSignedIn === 349 ? 651 : 0,
  note: '',
}))

/** Planted, not measured: something of each member of a results file. */
export const planted: Reported = toReported({
  machine: {
    cpu: 'Planted Processor',
    cores: 2,
    memoryBytes: 8 * 2 ** 30,
    system: 'Linux 6.18',
    node: 'v26.10.0',
  },
  commit: 'abc1234',
  date: '2026-11-21T14:07:18.205Z',
  options: '--full',
  durationMs: 4_200_000,
  throughput,
  latency,
  restart: [...restart, ...returns],
  theft: [
    ...theft,
    ...stateful.map(contender => ({
      contender,
      act: 'next-use',
      isOffered: true,
      worksForMs: null,
      note: 'good for an hour from its last use',
    })),
    ...stateful
      .filter(contender => /redis|database|level|revocable|postgres/.test(contender))
      .map(contender => ({ contender, act: 'store-copy', isOffered: true, worksForMs: 0, note: '' })),
    ...['relogin-key-memory', 'single-use-key'].flatMap(contender => [
      { contender, act: 'thief-first', isOffered: true, worksForMs: 56, note: '' },
      { contender, act: 'spent-key', isOffered: true, worksForMs: 0, note: '' },
      {
        contender,
        act: 'owner-first',
        isOffered: true,
        worksForMs: null,
        note: 'the owner does not notice',
      },
    ]),
  ],
  scale,
  sockets: relogins.map(([contender, perSecond, cpu, rssBytesPerSocket]) => ({
    contender,
    sockets: 1000,
    concurrency: 32,
    rounds: 3,
    resumesPerSecond: about(perSecond),
    ratioToNone: about(perSecond / 41_424),
    cpuMicros: about(cpu),
    overheadMicros: about(cpu - 21.8),
    p50Ms: 1,
    p99Ms: 4,
    signInsPerSecond: about(9000),
    connectP50Ms: 0.4,
    connectP99Ms: 3.2,
    storeRoundTrips: null,
    rssBytesPerSocket,
    loaderBusy: 0.8,
  })),
  resgate: ['resgate-none', 'resgate-memory', 'resgate-redis', 'resgate-example'].flatMap(
    (contender, index) =>
      ['relogin', 'login'].map(act => ({
        contender,
        act,
        sessions: 1000,
        concurrency: 32,
        rounds: 3,
        perSecond: about(8000 - 900 * index),
        ratioToNone: about(1 - index / 9),
        cpuMicros: about(40 + 60 * index),
        overheadMicros: about(60 * index),
        p50Ms: 2.5,
        p99Ms: 12,
        messages: 4,
        storeRoundTrips: null,
        loaderBusy: 0.5,
      })),
  ),
  notRun: [
    {
      contender: 'client-sessions',
      sessionBytes: 3000,
      reason: 'its cookie of 4,152 bytes is dropped by browsers',
    },
    {
      contender: 'level',
      during: 'mixed',
      reason: 'it ended unexpectedly, with code 1',
      log: ['Error: the planted end', '    at level.ts:12'],
    },
  ],
} as Partial<Reported>)

const guestName = '127.0.0.1:3000'

/** Of an application of the reader's, as it writes its own: without sizes, beside the app without sessions in its rounds. */
export const guest: Reported = toReported({
  machine: { ...planted.machine, cpu: 'Other Processor' },
  date: '2026-11-22T08:00:00.000Z',
  throughput: [
    ['none', 'read', 0] as const,
    [guestName, 'read', 120] as const,
    [guestName, 'anonymous', 80] as const,
  ].map(([contender, scenario, overhead]) => ({
    ...throughput[0],
    contender,
    scenario,
    sessionBytes: null,
    concurrency: 16,
    rounds: 5,
    rps: about(contender === 'none' ? 31_111 : 2222),
    ratioToNone: about(contender === 'none' ? 1 : 0.07),
    overheadMicros: about(overhead),
  })),
  restart: [
    {
      contender: guestName,
      fault: 'restart',
      clients: 50,
      stillSignedIn: 50,
      acknowledgedWritesLost: 0,
      wrongUser: 0,
      firstSuccessMs: 20,
      awayMs: 0,
      note: 'the application was never seen to be away',
    },
  ],
  theft: [
    { contender: guestName, act: 'sign-out', isOffered: true, worksForMs: 0, note: '' },
    {
      contender: guestName,
      act: 'sign-in',
      isOffered: true,
      worksForMs: null,
      note: 'a cookie set before the sign-in is signed in',
    },
  ],
} as unknown as Partial<Reported>)
