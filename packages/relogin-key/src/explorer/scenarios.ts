import type { Client, Limits, Scenario } from './scenario.ts'

const unlimited = Number.POSITIVE_INFINITY
const client: Client = { attempts: true, lock: false, torn: false, insists: true }
const plain: Client = { ...client, attempts: false }
const server = { graceMs: 10_000, attemptsKept: unlimited, lifetimeMs: 95_000 }
const limits: Limits = {
  rotations: 3,
  messages: 3,
  repeats: 1,
  waits: 1,
  rollbacks: 0,
  thefts: 0,
  reissues: 0,
  signIns: 0,
  signOuts: 0,
  delayMs: unlimited,
}
/** Later than a minute, a request of before a sign-in, or of before many rotations, is not known as one. */
const withinAMinute = { delayMs: 59_999 }

/** The protocol as it is meant: nothing may be found. */
export const protocol: readonly Scenario[] = [
  { name: 'network and crashes', client, server, limits, finds: [] },
  { name: 'with a lock', client: { ...client, lock: true }, server, limits, finds: [] },
  { name: 'rollback', client, server, limits: { ...limits, messages: 2, waits: 0, rollbacks: 2 }, finds: [] },
  { name: 'thief', client, server, limits: { ...limits, messages: 2, waits: 0, thefts: 1 }, finds: [] },
  {
    name: 'rollback and a thief',
    client,
    server,
    limits: { ...limits, rotations: 2, messages: 2, repeats: 0, waits: 0, rollbacks: 1, thefts: 1 },
    finds: [],
  },
  {
    name: 'sign-in and sign-out',
    client,
    server: { ...server, graceMs: 0 },
    limits: { ...limits, ...withinAMinute, messages: 2, repeats: 0, signIns: 1, signOuts: 1 },
    finds: [],
  },
  {
    name: 'sign-ins over a store that was rolled back',
    client,
    server,
    limits: { ...limits, ...withinAMinute, messages: 1, repeats: 0, waits: 0, rollbacks: 2, signIns: 2 },
    finds: [],
  },
  {
    name: 'a request later than eight rotations',
    client: { ...client, lock: true },
    server,
    limits: { ...limits, ...withinAMinute, rotations: 10, messages: 2, waits: 0 },
    finds: [],
  },
]

/** The same, with more going on at once: for runs of minutes. */
export function deepen(scenario: Scenario): Scenario {
  const { limits } = scenario
  const { messages, repeats, waits } = limits
  return {
    ...scenario,
    limits: { ...limits, messages: messages + 1, repeats: repeats + 1, waits: waits + 1 },
  }
}

/** Where nothing is found, the explorer is blind. */
export const counterExamples: readonly Scenario[] = [
  {
    name: 'strict single use',
    client: plain,
    server: { ...server, graceMs: 0 },
    limits,
    finds: ['honest-logout'],
  },
  { name: 'plain grace', client: plain, server, limits, finds: ['honest-logout'] },
  {
    name: 'plain grace and a thief',
    client: { ...plain, lock: true },
    server,
    limits: { ...limits, messages: 1, repeats: 0, waits: 0, thefts: 1 },
    finds: ['both-go-on'],
  },
  {
    name: 'only the last attempt',
    client,
    server: { ...server, attemptsKept: 1 },
    limits,
    finds: ['honest-logout'],
  },
]

/** Where the protocol, or what it takes for granted, fails: known, and found each time. Mended, one moves to `protocol`. */
export const boundaries: readonly Scenario[] = [
  {
    name: 'a thief, and a client that does not insist',
    client: { ...client, insists: false },
    server,
    limits: { ...limits, messages: 2, waits: 0, thefts: 1 },
    finds: ['thief-outlasts'],
  },
  {
    name: 'a thief who has the session reissued',
    client,
    server,
    limits: { ...limits, messages: 1, repeats: 0, thefts: 1, reissues: 1 },
    finds: ['thief-outlasts'],
  },
  {
    name: 'tabs that do not see what the other wrote',
    client: { ...client, torn: true },
    server,
    limits,
    finds: ['honest-logout'],
  },
  {
    name: 'sign-in, and a request later than a minute',
    client,
    server,
    limits: { ...limits, signIns: 1 },
    finds: ['honest-logout'],
  },
  {
    name: 'a request later than a minute and eight rotations',
    client: { ...client, lock: true },
    server,
    limits: { ...limits, rotations: 10, messages: 2, repeats: 0 },
    finds: ['honest-logout'],
  },
]

const long = {
  ...limits,
  ...withinAMinute,
  rotations: unlimited,
  messages: 6,
  repeats: unlimited,
  waits: unlimited,
  signOuts: 1,
} as const
const anHour = { ...server, lifetimeMs: 3_600_000 }
const longHistory = (name: string, more: Partial<Limits>): Scenario => ({
  name,
  client,
  server: anHour,
  limits: { ...long, ...more },
  finds: [],
})

/** Long histories, for random walks: nothing may be found. */
export const longHistories: readonly Scenario[] = [
  longHistory('network, crashes and rollbacks', { rollbacks: unlimited }),
  longHistory('network, crashes and a thief', { thefts: 1 }),
  longHistory('network, crashes, rollbacks and a thief', { rollbacks: unlimited, thefts: 1 }),
  longHistory('network, crashes, rollbacks and sign-ins', { rollbacks: unlimited, signIns: unlimited }),
]
