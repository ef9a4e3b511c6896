/** What the design promises, and what a history can break. */
export const invariants = {
  'honest-logout': 'an honest client is out before its session has ended',
  'both-go-on': 'the honest client and the thief both go on with one session',
  'thief-outlasts': 'the honest client is out, and the thief is not',
  'dead-key': 'a key is honoured after sign-out, reuse, idle expiry or the deadline',
  'wrong-successor': 'a key is answered with another than its direct successor',
} as const

export type Invariant = keyof typeof invariants

export interface Client {
  readonly attempts: boolean
  /** Only one tab at a time presents a key. */
  readonly lock: boolean
  /** A tab may have read localStorage before the other wrote its attempt id there. */
  readonly torn: boolean
  /** Told that it is out, it presents its key once more, without the attempt id. */
  readonly insists: boolean
}

export interface Limits {
  /** Nobody presents a key that is this many rotations and sign-ins after the first, or more. */
  readonly rotations: number
  /** Messages in flight. */
  readonly messages: number
  readonly repeats: number
  readonly waits: number
  readonly rollbacks: number
  readonly thefts: 0 | 1
  /** How often the thief gets the application to give the session a new key. */
  readonly reissues: 0 | 1
  readonly signIns: number
  readonly signOuts: 0 | 1
  /** The network delivers nothing that is older, in milliseconds. */
  readonly delayMs: number
}

export interface Scenario {
  readonly name: string
  readonly client: Client
  readonly server: { readonly graceMs: number; readonly attemptsKept: number; readonly lifetimeMs: number }
  readonly limits: Limits
  /** What must be found; empty: nothing may be. */
  readonly finds: readonly Invariant[]
}
