import {
  createStoredStrategy,
  guardStore,
  publish,
  type Resumed,
  SessionError,
  type SessionRecord,
  type StoredStrategy,
} from '@sojourn/core'
import { bondOf, type Presented } from './claim.ts'
import { rotate, startAnew } from './history.ts'
import { judge } from './judge.ts'
import { createJwtFormat } from './jwt-format.ts'
import { checkOptions, type ReloginKeyStrategyOptions } from './options.ts'
import { createPlainFormat } from './plain-format.ts'

const name = 'relogin-key'

/** Each lost try means that another one won: this is how many may run in parallel. */
const maxTries = 40

/**
 * One-time keys over any store: presenting one resumes the session and yields the next. A client that can, presents
 * `key.attempt` (or `jwt.attempt`): a fresh random id for each rotation, 1 to 64 characters of base64url,
 * written down before it is sent and sent again with each retry.
 *
 * `resume` throws `conflict` if 40 others were quicker in a row. A key that two parties hold ends the session, and
 * is published as `reuse`; its `keyAgeMs` counts from the last rotation.
 *
 * With `bind`, `resume` answers null without the right `binding`, and a `save` that is to issue a key without any
 * throws `binding_missing`.
 *
 * @throws {SessionError} `weak_secret`, `invalid_option`
 */
export function createReloginKeyStrategy(options: ReloginKeyStrategyOptions): StoredStrategy {
  const { graceMs, rotateAfterMs, timeoutMs, format, bind } = checkOptions(options)
  const clock = options.now ?? Date.now
  const now = () => Math.floor(clock())
  const store = guardStore(options.store, timeoutMs)
  const { issue, read } = format === 'jwt' ? createJwtFormat(options.keys) : createPlainFormat(options.keys)
  // What the server can do while the client is away is the same, whatever the client holds.
  const { revoker, directory } = createStoredStrategy({ ...options, timeoutMs, now })

  /** Undefined: a binding is needed, and there is none. */
  function readBond(binding: string | null | undefined): string | null | undefined {
    if (!bind) return null
    return binding ? bondOf(binding) : undefined
  }

  async function give(record: SessionRecord, { bond }: Pick<Presented, 'bond'>): Promise<Resumed> {
    return { record, credential: await issue(record, bond) }
  }

  /** Undefined: another write came first. */
  async function giveNext(record: SessionRecord, presented: Presented): Promise<Resumed | undefined> {
    const next = { ...rotate(record, presented, now()), version: record.version + 1 }
    return (await store.write(next)) ? give(next, presented) : undefined
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
        return presented.signedWith === 'old' ? give(record, presented) : { record }
      case 'rotate':
        return giveNext(record, presented)
      case 'repeat':
        return give(record, presented)
      case 'refuse':
        return null
      case 'reuse':
        return end(record)
    }
  }

  return {
    name,
    traits: {
      ...store.traits,
      detectsConflicts: true,
      newCredential: 'at-resume',
      cookieName: null,
      binds: bind,
    },

    async resume(credential, binding) {
      const bond = readBond(binding)
      const presented = bond === undefined ? null : await read(credential, bond)
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

    async save(record, { reissue, binding }) {
      const first = record.version === 0
      const isDue = first || reissue
      const bond = readBond(binding)
      if (isDue && bond === undefined) {
        throw new SessionError(
          'binding_missing',
          'A relogin key is due, but nothing came with the request that it could be bound to: give the transport ' +
            "the name of the cookie (bind: { cookie }), and set that cookie before; or leave out the strategy's bind.",
        )
      }
      const renewed = reissue && !first ? startAnew(record, now()) : record
      const next = { ...renewed, version: record.version + 1 }
      if (!(await store.write(next))) return { ok: false, current: await directory.find(record.id) }
      return { ok: true, ...(isDue && bond !== undefined ? await give(next, { bond }) : { record: next }) }
    },

    revoker,
    directory,
    close: () => store.close(),
  }
}
