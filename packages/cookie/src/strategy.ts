import {
  type Credential,
  createGoodCache,
  describeBiggestKey,
  type Secret,
  SessionError,
  type SessionRecord,
  type SessionRevoker,
  type SessionStrategy,
} from '@sojourn/core'
import { decodeRecord, encodeRecord } from './record-bytes.ts'
import type { Revocations } from './revocations.ts'
import { Seal, sealedLength } from './seal.ts'

/** Of cookies opened lately: with their records, about 20 MB in all. */
const cachedLength = 4_000_000

export interface CookieStrategyOptions {
  /** Newest first, each at least 32 bytes: the first seals cookies, all open them. */
  readonly keys: readonly Secret[]
  /** The cookie that a session is good for, without prefix; default `session`. */
  readonly cookieName?: string
  /**
   * The longest credential, in bytes, from 512 to 15,360; default 7,168, of which data gets about 5,200. Many servers
   * take a `Cookie` header of at most 8 KiB, with all other cookies in it.
   */
  readonly maxBytes?: number
  /** What ends sessions early. Without, a session that was copied lives until it expires. */
  readonly revocations?: Revocations
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}

/** Nothing is kept but by the client: no session can be ended but by it. */
export interface CookieStrategy extends SessionStrategy {
  readonly revoker: null
  readonly directory: null
}

export interface RevocableCookieStrategy extends SessionStrategy {
  readonly revoker: SessionRevoker
  readonly directory: null
}

/**
 * The whole session in its credential, sealed. Each save makes a new one.
 *
 * `save` throws `data_too_large` for a session that would not fit into `maxBytes`, and `invalid_option` for a user id
 * that is not well-formed Unicode.
 *
 * @throws {SessionError} `weak_secret`, `invalid_option`
 */
export function createCookieStrategy(
  options: CookieStrategyOptions & { readonly revocations: Revocations },
): RevocableCookieStrategy
export function createCookieStrategy(
  options: CookieStrategyOptions & { readonly revocations?: never },
): CookieStrategy
export function createCookieStrategy(options: CookieStrategyOptions): SessionStrategy {
  const { keys, cookieName = 'session', maxBytes = 7168, revocations = null, now = Date.now } = options
  checkOptions(cookieName, maxBytes)
  const seal = new Seal(keys, cookieName)
  const isLive = (record: SessionRecord) => now() < Math.min(record.expiresAt, record.deadline)

  const open = createGoodCache((credential: Credential) => {
    const opened = seal.open(credential)
    return opened && { record: freeze(decodeRecord(opened.plain)), secret: opened.secret }
  }, cachedLength)

  function credentialOf(record: SessionRecord): string {
    const bytes = encodeRecord(record)
    const length = sealedLength(bytes.length)
    if (length <= maxBytes) return seal.seal(bytes)
    throw new SessionError(
      'data_too_large',
      `The session would take ${length} bytes of cookies, maxBytes is ${maxBytes}. ` +
        `The biggest key is ${describeBiggestKey(record.data)}.`,
    )
  }

  return {
    name: revocations === null ? 'cookie' : 'cookie-revocable',
    traits: {
      durable: true,
      shared: true,
      detectsConflicts: false,
      newCredential: 'at-save',
      cookieName,
      binds: false,
    },

    async resume(credential) {
      const opened = open(credential)
      if (opened === null) return null
      const { record, secret } = opened
      if (!isLive(record)) return null
      if (revocations !== null) {
        const isGood = revocations.isGood(record)
        if (!(isGood === true || (await isGood))) return null
      }
      // However long: it was not too long when it was saved.
      return secret === 'old' ? { record, credential: seal.seal(encodeRecord(record)) } : { record }
    },

    async save(record, { reissue }) {
      const rotates = reissue && record.version > 0
      const generation =
        revocations === null
          ? record.generation + (rotates ? 2 : 0)
          : await revocations.generationFor(record, reissue)
      if (generation === null) return { ok: false, current: null }
      const rotatedAt = rotates ? now() : record.rotatedAt
      const next = { ...record, generation, rotatedAt, version: record.version + 1 }
      return { ok: true, record: next, credential: credentialOf(next) }
    },

    revoker: revocations,
    directory: null,
    close: async () => revocations?.close(),
  }
}

/** Several requests are given the same one. */
function freeze(record: SessionRecord): SessionRecord {
  Object.freeze(record.attempts)
  return Object.freeze(record)
}

function checkOptions(cookieName: string, maxBytes: number): void {
  if (typeof cookieName !== 'string' || !/^(?!__(host|secure)-)[!#$%&'*+\-.^_`|~\w]+$/i.test(cookieName)) {
    throw new SessionError(
      'invalid_option',
      `cookieName must be a token (RFC 9110) without the prefix __Host- or __Secure-, not ${cookieName}.`,
    )
  }
  if (!(Number.isInteger(maxBytes) && maxBytes >= 512 && maxBytes <= 15_360)) {
    throw new SessionError(
      'invalid_option',
      `maxBytes must be a whole number from 512 to 15360, not ${maxBytes}.`,
    )
  }
}
