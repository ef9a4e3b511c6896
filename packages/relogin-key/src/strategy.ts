import {
  createStoredStrategy,
  guardStore,
  publish,
  type Resumed,
  SessionError,
  type SessionRecord,
  type StoredStrategy,
} from '@sojourn/core'
import type { Presented } from './claim.ts'
import { advance, digestOf, unknown } from './history.ts'
import { judge } from './judge.ts'
import { createJwtFormat } from './jwt-format.ts'
import { checkOptions, type ReloginKeyStrategyOptions } from './options.ts'
import { createPlainFormat } from './plain-format.ts'

const name = 'relogin-key'

/** Each lost try means that another one won: this is how many may run in parallel. */
const maxTries = 40

/** For how long nobody is punished for a key from before a store lost its last writes. */
const recoveryMs = 300_000

/**
 * One-time keys over any store: presenting one resumes the session and yields the next. A client that can, presents
 * `key.attempt` (of a JWT: `jwt~attempt`): a fresh random id for each rotation, 1 to 64 characters of base64url,
 * written down before it is sent and sent again with each retry.
 *
 * `resume` throws `conflict` if 40 others were quicker in a row. A key that two parties hold ends the session, and
 * is published as `reuse`; its `keyAgeMs` counts from the last rotation.
 *
 * @throws {SessionError} `weak_secret`, `invalid_option`
 */
export function createReloginKeyStrategy(options: ReloginKeyStrategyOptions): StoredStrategy {
  const { graceMs, rotateAfterMs, timeoutMs, format } = checkOptions(options)
  const clock = options.now ?? Date.now
  const now = () => Math.floor(clock())
  const store = guardStore(options.store, timeoutMs)
  const { issue, read } = format === 'jwt' ? createJwtFormat(options.keys) : createPlainFormat(options.keys)
  // What the server can do while the client is away is the same, whatever the client holds.
  const { revoker, directory } = createStoredStrategy({ ...options, timeoutMs, now })

  async function give(record: SessionRecord): Promise<Resumed> {
    return { record, credential: await issue(record) }
  }

  /** Undefined: another write came first. */
  async function rotate(
    record: SessionRecord,
    { generation, attempt }: Presented,
  ): Promise<Resumed | undefined> {
    const at = now()
    const isAhead = generation > record.generation
    const next = advance(record, {
      generation: generation + 1,
      maker: digestOf(attempt),
      at,
      ...(isAhead && { note: { below: generation, until: at + recoveryMs } }),
    })
    const saved = { ...next, version: record.version + 1 }
    return (await store.write(saved)) ? give(saved) : undefined
  }

  /**
   * Undefined: another write came first. A removal is no compare-and-swap: without the write before it, each of several
   * that find one reuse would tell of it, and one that is late would end what somebody has just signed in to.
   */
  async function end(record: SessionRecord): Promise<null | undefined> {
    if (!(await store.write({ ...record, deadline: 0, version: record.version + 1 }))) return undefined
    const { id: sessionId, userId, rotatedAt } = record
    publish('reuse', { strategy: name, sessionId, userId, keyAgeMs: Math.max(0, now() - rotatedAt) })
    await store.remove(sessionId)
    return null
  }

  async function tryResume(presented: Presented): Promise<Resumed | null | undefined> {
    const record = await directory.find(presented.id)
    if (record === null) return null
    switch (judge(record, presented, { now: now(), graceMs, rotateAfterMs })) {
      case 'keep':
        return presented.signedWith === 'old' ? give(record) : { record }
      case 'rotate':
        return rotate(record, presented)
      case 'repeat':
        return give(record)
      case 'refuse':
        return null
      case 'reuse':
        return end(record)
    }
  }

  return {
    name,
    traits: { ...store.traits, detectsConflicts: true, newCredential: 'at-resume', cookieName: null },

    async resume(credential) {
      const presented = await read(credential)
      if (presented === null) return null
      for (let tries = 0; tries < maxTries; tries++) {
        const resumed = await tryResume(presented)
        if (resumed !== undefined) return resumed
      }
      throw new SessionError(
        'conflict',
        `Session ${presented.id} was saved by others ${maxTries} times meanwhile: try again.`,
      )
    },

    async save(record, { reissue }) {
      const first = record.version === 0
      const at = now()
      // Two generations on, so that no earlier key is ever the direct predecessor that a retry honours.
      const generation = record.generation + 2
      const note = { below: generation, until: at + graceMs }
      const rotated = reissue && !first ? advance(record, { generation, maker: unknown, at, note }) : record
      const next = { ...rotated, version: record.version + 1 }
      if (!(await store.write(next))) return { ok: false, current: await directory.find(record.id) }
      return { ok: true, ...(first || reissue ? await give(next) : { record: next }) }
    },

    revoker,
    directory,
    close: () => store.close(),
  }
}
