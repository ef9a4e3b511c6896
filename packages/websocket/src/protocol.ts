import type { Instruction, LiveSession } from '@sojourn/core'

export const subprotocol = 'sojourn.1'

/** Why a connection is closed. Below 4000: RFC 6455, section 7.4.1. */
export const closeCodes = {
  goingAway: 1001,
  frameTooBig: 1009,
  failed: 1011,
  badMessage: 4400,
  ended: 4401,
  notInTime: 4408,
  replaced: 4409,
  readsTooSlowly: 4413,
  flood: 4429,
} as const

export type ClientMessage =
  | readonly ['present', id: number, credential: string | null]
  | readonly ['ticket', id: number, ticket: string]
  | readonly ['ask', id: number, type: string, ...args: unknown[]]
  | readonly ['tell', type: string, ...args: unknown[]]
  | readonly ['ping']

export type ServerMessage =
  | readonly ['presented', id: number, session: SessionState]
  | readonly ['session', session: SessionState]
  | readonly ['answer', id: number, value: unknown]
  | readonly ['refuse', id: number, code: string, message: string]
  | readonly ['tell', type: string, ...args: unknown[]]
  | readonly ['pong']

/** What a client is told of its session. */
export interface SessionState {
  readonly id: string
  readonly userId: string | null
  /** The idle end; null before the first save. */
  readonly expiresAt: number | null
  /** Text: hold this from now on. Null: forget what you hold. Absent: keep it. */
  readonly credential?: string | null
  /** Comes with a credential: of two of one session, the one with the higher is the later. */
  readonly version?: number
  /** What was presented is not good: this is a new anonymous session. */
  readonly refused?: Refused
}

export type Refused = 'reuse' | 'unknown'

export function describeSession(
  session: LiveSession,
  instruction: Instruction,
  refused: Refused | null = null,
): SessionState {
  const { id, userId, expiresAt } = session
  return {
    id,
    userId,
    expiresAt,
    ...(instruction.do === 'set' && { credential: instruction.credential, version: instruction.version }),
    ...(instruction.do === 'clear' && { credential: null }),
    ...(refused !== null && { refused }),
  }
}

/** Null for all that is no message of a client. */
export function parseMessage(text: string): ClientMessage | null {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return null
  }
  if (!Array.isArray(message) || !isShaped(message) || hasPrototypeKey(message, text)) return null
  return message as unknown as ClientMessage
}

function isShaped(message: readonly unknown[]): boolean {
  const [kind, first, second] = message
  switch (kind) {
    case 'present':
      return message.length === 3 && isId(first) && (second === null || isText(second))
    case 'ticket':
      return message.length === 3 && isId(first) && isText(second)
    case 'ask':
      return isId(first) && isText(second)
    case 'tell':
      return isText(first)
    case 'ping':
      return message.length === 1
    default:
      return false
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isId = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1

/**
 * Keys by which code that merges objects would reach a prototype: `__proto__`, and `constructor` that holds a
 * `prototype`. An escape may hide them in the text.
 */
function hasPrototypeKey(message: unknown, text: string): boolean {
  if (!/__proto__|constructor|\\u/.test(text)) return false
  // Not by recursion: the depth is the client's choice.
  for (const left = [message]; left.length > 0; ) {
    const value = left.pop()
    if (typeof value !== 'object' || value === null) continue
    if (Object.hasOwn(value, '__proto__')) return true
    const maker = Object.hasOwn(value, 'constructor') ? value.constructor : null
    if (typeof maker === 'object' && maker !== null && Object.hasOwn(maker, 'prototype')) return true
    for (const inner of Object.values(value)) left.push(inner)
  }
  return false
}
