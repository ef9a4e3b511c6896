import {
  createKeyring,
  createStoredStrategy,
  type SessionRecord,
  type SessionStrategy,
  type StoredStrategy,
  signCredential,
  verifyCredential,
} from '@sojourn/core'
import type { Broken } from './broken.ts'
import { InsertingStore, judging, keeping, LateStore } from './broken-stores.ts'
import { lasting, ReferenceStore, type StoreClass, volatile } from './reference-store.ts'
import { createReferenceCookie } from './reference-strategies.ts'
import { createStoredHarness, type StrategyHarness, type StrategyOptions } from './strategy.ts'
import { wrapStrategy } from './wrap-strategy.ts'

/** The stored strategy over the reference store, but for what is broken. */
export const brokenStrategies: readonly Broken<StrategyHarness>[] = [
  broken('has no name', {
    breaks: ['has a name'],
    change: () => ({ name: '' }),
  }),
  broken('forgets whose a session is', {
    breaks: ['gives each new session a credential, which resumes it'],
    change: stored => ({ save: (record, options) => stored.save({ ...record, userId: null }, options) }),
  }),
  broken('checks no MAC', {
    breaks: [
      'resumes nothing but what it gave, and does not throw',
      'resumes nothing that other secrets made',
    ],
    change: stored => ({
      async resume(credential) {
        const [id = '', generation] = credential.split('.')
        const record = await stored.directory.find(id)
        return record?.generation === Number(generation) ? { record } : null
      },
    }),
  }),
  broken('checks the first half of a MAC', {
    breaks: ['resumes nothing but what it gave, and does not throw'],
    change: (stored, { keys }) => ({
      async resume(credential) {
        const [id = '', generation] = credential.split('.')
        const right = signCredential(createKeyring(keys, 'stored credential'), id, Number(generation))
        return stored.resume(credential.startsWith(right.slice(0, -20)) ? right : credential)
      },
    }),
  }),
  broken('throws at garbage', {
    breaks: ['resumes nothing but what it gave, and does not throw'],
    change: stored => ({
      async resume(credential) {
        return stored.resume(decodeURIComponent(credential))
      },
    }),
  }),
  broken('has secrets of its own', {
    breaks: ['resumes nothing that other secrets made'],
    change: (_, options) => createStoredStrategy({ ...options, keys: ['x'.repeat(32)] }),
  }),
  broken('does not replace credentials of old secrets', {
    breaks: ['replaces a credential that an older secret made'],
    change: stored => ({
      async resume(credential) {
        const resumed = await stored.resume(credential)
        return resumed && { record: resumed.record }
      },
    }),
  }),
  broken('gives a new credential with every save', {
    breaks: ['gives a new credential when its traits say, and at no other time'],
    change: (stored, { keys }) => ({
      async save(record, options) {
        const saved = await stored.save(record, options)
        return saved.ok ? { ...saved, credential: credentialOf(saved.record, keys) } : saved
      },
    }),
  }),
  broken('promises a new credential with every save', {
    breaks: ['gives a new credential when its traits say, and at no other time'],
    change: ({ traits }) => ({ traits: { ...traits, newCredential: 'at-save' } }),
  }),
  broken('promises a new credential with every resume', {
    breaks: ['gives a new credential when its traits say, and at no other time'],
    change: ({ traits }) => ({ traits: { ...traits, newCredential: 'at-resume' } }),
  }),
  broken('keeps the credential at sign-in', {
    breaks: [
      'reissues: a new credential, and the old one is worthless where there is a revoker',
      'gives a new credential at sign-in, and keeps the data',
    ],
    change: stored => ({ save: record => stored.save(record, { reissue: false }) }),
  }),
  broken('honours every credential that a session ever had', {
    breaks: [
      'reissues: a new credential, and the old one is worthless where there is a revoker',
      'gives a new credential at sign-in, and keeps the data',
      'leaves the credential from before a sign-in worthless, in 300 orders of events',
    ],
    change: (stored, { keys }) => ({
      async resume(credential) {
        const claim = verifyCredential(createKeyring(keys, 'stored credential'), credential)
        const record = claim && (await stored.directory.find(claim.id))
        return record && { record }
      },
    }),
  }),
  broken('skips no generation', {
    breaks: ['reissues: a new credential, and the old one is worthless where there is a revoker'],
    change: (stored, { keys }) => ({
      async save(record, { reissue }) {
        const next = reissue ? { ...record, generation: record.generation + 1 } : record
        const saved = await stored.save(next, { reissue: false })
        return saved.ok && reissue ? { ...saved, credential: credentialOf(saved.record, keys) } : saved
      },
    }),
  }),
  broken('hides that it can revoke', {
    breaks: ['reissues: a new credential, and the old one is worthless where there is a revoker'],
    change: () => ({ revoker: null }),
  }),

  broken('counts two versions with each save', {
    breaks: ['saves every field, and counts one version with each save'],
    change: stored => ({
      async save(record, options) {
        const saved = await stored.save(record, options)
        return saved.ok ? stored.save(saved.record, options) : saved
      },
    }),
  }),
  broken('never moves the deadline', {
    breaks: [
      'saves every field, and counts one version with each save',
      'starts the deadline anew at sign-in',
    ],
    change: stored => ({
      async save(record, options) {
        const { deadline } = (await stored.directory.find(record.id)) ?? record
        return stored.save({ ...record, deadline }, options)
      },
    }),
  }),
  broken('keeps the object that it was given', {
    breaks: ['keeps what it saved, whatever is done to what was given or got'],
    Store: keeping(next => next),
  }),
  broken('says that a lost save was made', {
    breaks: [
      'detects conflicts: a second save from one version is told of the winner; else the last one wins',
      'detects conflicts: one of many parallel saves from a version wins',
      'keeps the changes of two visits, where conflicts are detected; else those of the last',
      'keeps the changes of two visits, in 1,000 orders of events',
      'keeps the changes of 20 visits',
    ],
    change: stored => ({
      async save(record, options) {
        const saved = await stored.save(record, options)
        return saved.ok || saved.current === null ? saved : { ok: true, record: saved.current }
      },
    }),
  }),
  broken('lets the last save win', {
    breaks: [
      'detects conflicts: a second save from one version is told of the winner; else the last one wins',
      'detects conflicts: a first save of a session that is there is refused',
      'keeps the changes of two visits, in 1,000 orders of events',
    ],
    change: stored => ({
      async save(record, options) {
        const version = (await stored.directory.find(record.id))?.version ?? 0
        return stored.save({ ...record, version }, options)
      },
    }),
  }),
  broken('denies that it detects conflicts', {
    breaks: [
      'detects conflicts: a second save from one version is told of the winner; else the last one wins',
    ],
    change: ({ traits }) => ({ traits: { ...traits, detectsConflicts: false } }),
  }),
  broken('compares versions, and saves a moment later', {
    breaks: ['detects conflicts: one of many parallel saves from a version wins'],
    Store: LateStore,
  }),
  broken('begins a session that is there already', {
    breaks: ['detects conflicts: a first save of a session that is there is refused'],
    Store: InsertingStore,
  }),

  broken('judges no idle expiry', {
    breaks: [
      'honours a session until its idle expiry, and not a millisecond longer',
      'ends a session that is not used for the idle time',
    ],
    change: (_, options) => judgingTimes(options, (now, { deadline }) => now < deadline),
  }),
  broken('judges no deadline', {
    breaks: ['honours a session until its deadline, whatever its idle expiry says'],
    change: (_, options) => judgingTimes(options, (now, { expiresAt }) => now < expiresAt),
  }),
  broken('honours a session for a millisecond too long', {
    breaks: ['honours a session until its idle expiry, and not a millisecond longer'],
    change: (_, options) => createStoredStrategy({ ...options, now: () => options.now() - 1 }),
  }),
  broken('touches past the deadline', {
    breaks: ['keeps a session alive by use, but not past its deadline'],
    change: (_, options) => {
      const { save, ...judging } = judgingTimes(options, (now, { expiresAt }) => now < expiresAt)
      const touched = (record: SessionRecord) => ({ ...record, expiresAt: options.now() + 3_600_000 })
      return { ...judging, save: (record, how) => save(touched(record), how) }
    },
  }),

  broken('brings revoked sessions back with a late save', {
    breaks: [
      'revokes a session for good: no late save brings it back',
      'drops the changes of a visit that ends after sign-out, and says so',
      'brings no session back after sign-out, in 300 orders of events',
    ],
    Store: judging((stored, next) => next === stored + 1 || (stored === 0 && next > 1)),
  }),
  broken('revokes in the directory only', {
    breaks: [
      'revokes a session for good: no late save brings it back',
      'ends copies of a credential at sign-out, where there is a revoker; else they live on',
    ],
    change: stored => {
      const revoked = new Set<string>()
      const isLeft = ({ id }: SessionRecord) => !revoked.has(id)
      return {
        revoker: { ...stored.revoker, revoke: async id => void revoked.add(id) },
        directory: {
          ...stored.directory,
          list: async userId => (await stored.directory.list(userId)).filter(isLeft),
        },
      }
    },
  }),
  broken('revokes all sessions of the user with each', {
    breaks: ['revokes that session and no other, known or not'],
    change: ({ revoker, directory }) => ({
      revoker: {
        ...revoker,
        async revoke(id) {
          const record = await directory.find(id)
          await revoker.revoke(id)
          if (record?.userId) await revoker.revokeAll(record.userId)
        },
      },
    }),
  }),
  broken('fails to revoke what is not there', {
    breaks: ['revokes that session and no other, known or not'],
    change: ({ revoker, directory }) => ({
      revoker: {
        ...revoker,
        async revoke(id) {
          if ((await directory.find(id)) === null) throw new Error('There is no such session.')
          await revoker.revoke(id)
        },
      },
    }),
  }),
  broken('misses one session of a user', {
    breaks: [
      'revokes all sessions of a user, and of nobody else',
      'signs out everywhere, where there is a revoker; else it says that it cannot',
    ],
    change: ({ revoker, directory }) => ({
      revoker: {
        ...revoker,
        async revokeAll(userId) {
          const [except = { id: '' }] = await directory.list(userId)
          await revoker.revokeAll(userId, { except: except.id })
        },
      },
    }),
  }),
  broken('forgets the exception', {
    breaks: ['revokes all sessions of a user but the one excepted'],
    change: ({ revoker }) => ({
      revoker: { ...revoker, revokeAll: userId => revoker.revokeAll(userId) },
    }),
  }),
  broken('never tells of a revocation', {
    breaks: ['tells once of each session that was revoked, until it is told to stop'],
    change: ({ revoker }) => ({ revoker: { ...revoker, onRevoked: () => () => {} } }),
  }),
  broken('never stops telling of revocations', {
    breaks: ['tells once of each session that was revoked, until it is told to stop'],
    change: ({ revoker }) => ({
      revoker: {
        ...revoker,
        onRevoked(listener) {
          revoker.onRevoked(listener)
          return () => {}
        },
      },
    }),
  }),
  broken('tells the credential of a revoked session', {
    breaks: ['publishes what happens to sessions, and never a credential'],
    change: ({ revoker }, { keys }) => ({
      revoker: {
        ...revoker,
        onRevoked: listener =>
          revoker.onRevoked(id => {
            listener(id)
            for (const generation of [0, 2]) listener(credentialOf({ id, generation }, keys))
          }),
      },
    }),
  }),

  broken('finds sessions as first saved', {
    breaks: ['finds a session by its id, as last saved'],
    change: stored => {
      const first = new Map<string, SessionRecord>()
      return {
        async save(record, options) {
          const saved = await stored.save(record, options)
          if (saved.ok && record.version === 0) first.set(record.id, saved.record)
          return saved
        },
        directory: { ...stored.directory, find: async id => first.get(id) ?? null },
      }
    },
  }),
  broken('lists no session that began anonymous', {
    breaks: ['lists the sessions of a user, and no others'],
    change: ({ directory }) => ({
      directory: {
        ...directory,
        list: async userId => (await directory.list(userId)).filter(({ generation }) => generation === 0),
      },
    }),
  }),
  broken('claims to be durable', {
    breaks: ['durable: sessions outlive the process; else they end with it'],
    change: ({ traits }) => ({ traits: { ...traits, durable: true } }),
  }),
  broken('claims to be shared', {
    breaks: ['shared: a second server resumes the sessions of the first; else it does not'],
    change: ({ traits }) => ({ traits: { ...traits, shared: true } }),
  }),
  broken('claims to bind', {
    breaks: ['binds: a credential is good only with the second one that it came with; else with any'],
    change: ({ traits }) => ({ traits: { ...traits, binds: true } }),
  }),
  broken('denies that it binds', {
    breaks: ['binds: a credential is good only with the second one that it came with; else with any'],
    change: stored => ({
      resume: async (credential, binding) => (binding ? null : stored.resume(credential)),
    }),
  }),
  broken('denies that it is durable', {
    breaks: ['durable: sessions outlive the process; else they end with it'],
    change: ({ traits }) => ({ traits: { ...traits, durable: false } }),
    in: lasting,
  }),
  broken('denies that it is shared', {
    breaks: ['shared: a second server resumes the sessions of the first; else it does not'],
    change: ({ traits }) => ({ traits: { ...traits, shared: false } }),
    in: lasting,
  }),
  broken('claims to detect conflicts, with nothing to compare', {
    breaks: [
      'detects conflicts: one of many parallel saves from a version wins',
      'keeps the changes of two visits, where conflicts are detected; else those of the last',
    ],
    change(_, options) {
      const cookie = createReferenceCookie(options)
      return { ...cookie, traits: { ...cookie.traits, detectsConflicts: true } }
    },
  }),

  broken('saves data only once', {
    breaks: ['remembers what a visitor stores, changes and deletes'],
    change: stored => ({
      async save(record, options) {
        const { data } = (await stored.directory.find(record.id)) ?? record
        return stored.save({ ...record, data }, options)
      },
    }),
  }),
  broken('writes the text of data anew', {
    breaks: ['saves nothing for a read within the touch window, and once after it'],
    change: stored => ({
      async resume(credential) {
        const resumed = await stored.resume(credential)
        if (resumed === null) return null
        const data = JSON.stringify(JSON.parse(resumed.record.data), null, 2)
        return { ...resumed, record: { ...resumed.record, data } }
      },
    }),
  }),
]

interface BrokenStrategy {
  readonly breaks: readonly string[]
  readonly Store?: StoreClass
  readonly in?: (Store: StoreClass) => ReturnType<typeof volatile>
  /** What is other than in the stored strategy. */
  change?(stored: StoredStrategy, options: StrategyOptions): Partial<SessionStrategy>
}

function broken(name: string, options: BrokenStrategy): Broken<StrategyHarness> {
  const { breaks, Store = ReferenceStore, in: where = volatile, change } = options
  const harness = createStoredHarness(where(Store), given => {
    const stored = createStoredStrategy(given)
    return wrapStrategy(stored, change?.(stored, given) ?? {})
  })
  return { name, breaks, harness }
}

const credentialOf = (
  { id, generation }: Pick<SessionRecord, 'id' | 'generation'>,
  keys: StrategyOptions['keys'],
) => signCredential(createKeyring(keys, 'stored credential'), id, generation)

/** A stored strategy for which a session is live as `isLive` says. */
function judgingTimes(
  options: StrategyOptions,
  isLive: (now: number, record: SessionRecord) => boolean,
): StoredStrategy {
  const stored = createStoredStrategy({ ...options, now: () => 0 })
  const judge = <T extends SessionRecord | null>(record: T) =>
    record !== null && isLive(options.now(), record) ? record : null
  return {
    ...stored,
    async resume(credential) {
      const resumed = await stored.resume(credential)
      return resumed && judge(resumed.record) && resumed
    },
    directory: {
      find: async id => judge(await stored.directory.find(id)),
      list: async userId => (await stored.directory.list(userId)).filter(judge),
    },
  }
}
