import type { SessionRecord } from '@sojourn/core'

export type Tab = 0 | 1

/** What the tabs share in localStorage. Keys are named by their generation. */
export interface Item {
  readonly key: number
  readonly attempt: string | null
}

export interface Request {
  readonly kind: 'request'
  /** Which tab waits for the answer; null: it has been reloaded, or this is a duplicate. */
  readonly tab: Tab | null
  readonly key: number
  readonly attempt: string | null
  readonly sentAt: number
}

export interface Answer {
  readonly kind: 'answer'
  readonly tab: Tab
  /** The key that was presented. */
  readonly key: number
  readonly answer: number | null
}

export type Message = Request | Answer

/** Someone who copied localStorage once, and has a perfect network. */
export interface Thief {
  readonly copied: Item
  /** Ascending: the one that was copied, and those that the server gave. */
  readonly keys: readonly number[]
  readonly hasActed: boolean
  readonly hasReissued: boolean
  /** How often the store has lost a write since the theft. */
  readonly rollbacks: number
  /** The highest generation that the server has given since the theft: to the thief, to the honest client. */
  readonly best: number
  readonly honestBest: number
}

export interface Used {
  readonly repeats: number
  readonly waits: number
  readonly rollbacks: number
  readonly signIns: number
}

/** All that a history has led to. A value: a step makes a new one. */
export interface World {
  /** Milliseconds since the epoch, as the server has it. */
  readonly now: number
  readonly record: SessionRecord | null
  /** The record before its last write; null where that cannot be lost. */
  readonly past: SessionRecord | null
  readonly item: Item | null
  /** `told`: null for the stored key; `out`: and that was the client's last word. */
  readonly client: 'in' | 'told' | 'out'
  /** In the order of sending. */
  readonly messages: readonly Message[]
  readonly thief: Thief | null
  readonly ended: 'sign-out' | 'reuse' | null
  readonly used: Used
  /** The generations that sign-ins made, ascending. */
  readonly signedIn: readonly number[]
}

export function createWorld(record: SessionRecord, now: number): World {
  return {
    now,
    record,
    past: null,
    item: { key: record.generation, attempt: null },
    client: 'in',
    messages: [],
    thief: null,
    ended: null,
    used: { repeats: 0, waits: 0, rollbacks: 0, signIns: 0 },
    signedIn: [],
  }
}

/** When the session ends by itself. */
export const endOf = ({ expiresAt, deadline }: SessionRecord) => Math.min(expiresAt, deadline)

/** Whether the session has ended, for whatever reason. */
export function isDead({ ended, record, now }: World): boolean {
  return ended !== null || record === null || now >= endOf(record)
}

/** How many rotations and sign-ins a key is after the first. */
export function rotationsTo(key: number, { signedIn }: World): number {
  const before = signedIn.filter(generation => generation <= key)
  return key - (before.at(-1) ?? 0) + before.length
}

/** The same for two worlds if, and only if, they have the same future; the tabs have no names in it. */
export function fingerprint(world: World, numberOf: (record: SessionRecord | null) => number): string {
  const { now, record, past, item, client, messages, thief, ended, used, signedIn } = world
  const inFlight = messages.map(fingerprintOfMessage).sort().join()
  const stolen = thief && [
    thief.copied.key,
    thief.copied.attempt,
    thief.keys.join('+'),
    thief.hasActed,
    thief.hasReissued,
    thief.rollbacks,
    thief.best,
    thief.honestBest,
  ]
  const client_ = `${item?.key}.${item?.attempt}.${client}`
  const used_ = `${used.repeats}.${used.waits}.${used.rollbacks}.${used.signIns}`
  return `${now} ${numberOf(record)} ${numberOf(past)} ${client_} ${inFlight} ${stolen} ${ended} ${used_} ${signedIn}`
}

function fingerprintOfMessage(message: Message): string {
  return message.kind === 'answer'
    ? `a${message.key}.${message.answer}`
    : `r${message.key}.${message.attempt}.${message.tab === null}.${message.sentAt}`
}
