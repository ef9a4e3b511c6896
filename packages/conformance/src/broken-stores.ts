import { setImmediate } from 'node:timers/promises'
import type { SessionRecord } from '@sojourn/core'
import type { Broken } from './broken.ts'
import { lasting, ReferenceStore, type StoreClass, volatile } from './reference-store.ts'
import type { StoreHarness } from './store.ts'

/** Takes every first write. */
export class InsertingStore extends ReferenceStore {
  override async write(next: SessionRecord) {
    if (next.version === 1) this.records.delete(next.id)
    return super.write(next)
  }
}

/** Compares versions, and swaps a moment later. */
export class LateStore extends ReferenceStore {
  override async write(next: SessionRecord) {
    if ((this.records.get(next.id)?.version ?? 0) !== next.version - 1) return false
    await setImmediate()
    this.records.set(next.id, structuredClone(next))
    return true
  }
}

export const brokenStores: readonly Broken<StoreHarness>[] = [
  broken('has no name', {
    breaks: ['has a name'],
    Store: class extends ReferenceStore {
      override readonly name = ''
    },
  }),
  broken('forgets the attempts', {
    breaks: ['reads what was written, field by field'],
    Store: altering(next => ({ ...next, attempts: [] })),
  }),
  broken('rounds times to seconds', {
    breaks: ['reads what was written, field by field', 'carries numbers to the last digit'],
    Store: altering(next => ({ ...next, expiresAt: Math.round(next.expiresAt / 1000) * 1000 })),
  }),
  broken('keeps numbers in 32 bits', {
    breaks: ['carries numbers to the last digit'],
    Store: altering(next => ({ ...next, generation: next.generation | 0 })),
  }),
  broken('cuts long data off', {
    breaks: ['carries data as it is, up to 64 KiB'],
    Store: altering(next => ({ ...next, data: next.data.slice(0, 65_535) })),
  }),
  broken('parses data, and writes it anew', {
    breaks: ['carries data as it is, up to 64 KiB'],
    Store: altering(next => ({ ...next, data: JSON.stringify(JSON.parse(next.data)) })),
  }),
  broken('makes up a record where there is none', {
    breaks: ['reads null where there is nothing', 'removes a record and no other'],
    Store: class extends ReferenceStore {
      override async read(id: string) {
        return (await super.read(id)) ?? ({} as SessionRecord)
      }
    },
  }),
  broken('folds the case of session ids', {
    breaks: ['tells session ids apart by case'],
    Store: altering(next => ({ ...next, id: next.id.toLowerCase() })),
  }),
  broken('keeps the object that it was given', {
    breaks: ['keeps what it was given, whatever the giver does to it then'],
    Store: keeping(next => next),
  }),
  broken('keeps the array of attempts that it was given', {
    breaks: ['keeps what it was given, whatever the giver does to it then'],
    Store: keeping(next => ({ ...next })),
  }),
  broken('hands out the object that it keeps', {
    breaks: ['keeps what it has, whatever is done to what was read or listed'],
    Store: class extends ReferenceStore {
      override async read(id: string) {
        return this.records.get(id) ?? null
      }
    },
  }),
  broken('lists the objects that it keeps', {
    breaks: ['keeps what it has, whatever is done to what was read or listed'],
    Store: class extends ReferenceStore {
      override async listByUser(userId: string) {
        return [...this.records.values()].filter(stored => stored.userId === userId)
      }
    },
  }),

  broken('inserts over what is there', {
    breaks: ['inserts version 1 once, and keeps the first'],
    Store: InsertingStore,
  }),
  broken('lets the last write win', {
    breaks: ['refuses any version but the next one', 'does what a plain map would, whatever it is asked'],
    Store: judging(() => true),
  }),
  broken('lets writes skip versions', {
    breaks: ['refuses any version but the next one'],
    Store: judging((stored, next) => next > stored),
  }),
  broken('inserts any version', {
    breaks: ['inserts no version but 1'],
    Store: judging((stored, next) => stored === 0 || next === stored + 1),
  }),
  broken('saves what was removed', {
    breaks: ['does not bring back what was removed'],
    Store: judging((stored, next) => next === stored + 1 || (stored === 0 && next > 1)),
  }),
  broken('compares, and swaps a moment later', {
    breaks: [
      'lets one of many parallel writes of a version win',
      'loses no acknowledged write of parallel writers',
    ],
    Store: LateStore,
  }),

  broken('lists everybody', {
    breaks: ['lists the sessions of a user, all and only those'],
    Store: class extends ReferenceStore {
      override async listByUser() {
        return structuredClone([...this.records.values()])
      }
    },
  }),
  broken('lists records as first written', {
    breaks: ['lists records as last written'],
    Store: class extends ReferenceStore {
      readonly first = new Map<string, SessionRecord>()
      override async write(next: SessionRecord) {
        if (next.version === 1) this.first.set(next.id, structuredClone(next))
        return super.write(next)
      }
      override async listByUser(userId: string) {
        return (await super.listByUser(userId)).map(({ id }) => this.first.get(id) as SessionRecord)
      }
    },
  }),
  broken('lists a session with each user that it ever had', {
    breaks: ['lists a session with its user of now'],
    Store: class extends ReferenceStore {
      readonly indexed = new Set<string>()
      override async write(next: SessionRecord) {
        const written = await super.write(next)
        if (written) this.indexed.add(`${next.userId} ${next.id}`)
        return written
      }
      override async listByUser(userId: string) {
        const records = [...this.records.values()].filter(({ id }) => this.indexed.has(`${userId} ${id}`))
        return structuredClone(records)
      }
    },
  }),
  broken('lists sessions that were removed', {
    breaks: ['lists no session that was removed', 'does not bring back what was removed'],
    Store: class extends ReferenceStore {
      readonly removed: SessionRecord[] = []
      override remove(id: string) {
        this.removed.push(...[this.records.get(id) ?? []].flat())
        return super.remove(id)
      }
      override async listByUser(userId: string) {
        const removed = this.removed.filter(record => record.userId === userId)
        return [...(await super.listByUser(userId)), ...removed]
      }
    },
  }),
  broken('folds the case of user ids', {
    breaks: ['tells users apart by every character'],
    Store: class extends ReferenceStore {
      override async listByUser(userId: string) {
        const records = structuredClone([...this.records.values()])
        return records.filter(record => record.userId?.toLowerCase() === userId.toLowerCase())
      }
    },
  }),

  broken('removes nothing', {
    breaks: ['removes a record and no other'],
    Store: class extends ReferenceStore {
      override async remove() {}
    },
  }),
  broken('removes everything', {
    breaks: ['removes a record and no other'],
    Store: class extends ReferenceStore {
      override async remove() {
        this.records.clear()
      }
    },
  }),
  broken('fails to remove what is not there', {
    breaks: ['removes what is not there without an error'],
    Store: class extends ReferenceStore {
      override async remove(id: string) {
        if (!this.records.has(id)) throw new Error(`There is no ${id}.`)
        return super.remove(id)
      }
    },
  }),
  broken('never tells', {
    breaks: ['tells each listener once of each record that was removed'],
    Store: class extends ReferenceStore {
      override onRemoved() {
        return () => {}
      }
    },
  }),
  broken('tells twice', {
    breaks: ['tells each listener once of each record that was removed'],
    Store: class extends ReferenceStore {
      override onRemoved(listener: (id: string) => void) {
        const stops = [super.onRemoved(listener), super.onRemoved(listener)]
        return () => stops.forEach(stop => void stop())
      }
    },
  }),
  broken('tells only the last who asked', {
    breaks: ['tells each listener once of each record that was removed'],
    Store: class extends ReferenceStore {
      override onRemoved(listener: (id: string) => void) {
        this.listeners.length = 0
        return super.onRemoved(listener)
      }
    },
  }),
  broken('tells of what was not there', {
    breaks: ['does not tell of what was not there'],
    Store: class extends ReferenceStore {
      override async remove(id: string) {
        this.records.delete(id)
        for (const listener of this.listeners) listener(id)
      }
    },
  }),
  broken('tells of writes', {
    breaks: ['does not tell of what was only written'],
    Store: class extends ReferenceStore {
      override async write(next: SessionRecord) {
        if (next.version > 1) for (const listener of this.listeners) listener(next.id)
        return super.write(next)
      }
    },
  }),
  broken('never stops telling', {
    breaks: ['stops telling a listener, and only that one'],
    Store: class extends ReferenceStore {
      override onRemoved(listener: (id: string) => void) {
        super.onRemoved(listener)
        return () => {}
      }
    },
  }),
  broken('stops telling everybody', {
    breaks: ['stops telling a listener, and only that one'],
    Store: class extends ReferenceStore {
      override onRemoved(listener: (id: string) => void) {
        super.onRemoved(listener)
        return () => void this.listeners.splice(0)
      }
    },
  }),

  broken('claims to be durable', {
    breaks: ['durable: records outlive the process; else they end with it'],
    Store: claiming({ durable: true, shared: false }),
  }),
  broken('claims to be shared', {
    breaks: ['shared: a second server sees the records; else it does not'],
    Store: claiming({ durable: false, shared: true }),
  }),
  broken('denies that it is durable', {
    breaks: ['durable: records outlive the process; else they end with it'],
    Store: claiming({ durable: false, shared: true }),
    in: lasting,
  }),
  broken('denies that it is shared', {
    breaks: ['shared: a second server sees the records; else it does not'],
    Store: claiming({ durable: true, shared: false }),
    in: lasting,
  }),
]

interface BrokenStore {
  readonly breaks: readonly string[]
  readonly Store: StoreClass
  readonly in?: (Store: StoreClass) => StoreHarness
}

function broken(name: string, { breaks, Store, in: where = volatile }: BrokenStore): Broken<StoreHarness> {
  return { name, breaks, harness: where(Store) }
}

/** Changes records on the way in. */
function altering(alter: (next: SessionRecord) => SessionRecord): StoreClass {
  return class extends ReferenceStore {
    override write(next: SessionRecord) {
      return super.write(alter(next))
    }
  }
}

/** Keeps what `keep` returns. */
export function keeping(keep: (next: SessionRecord) => SessionRecord): StoreClass {
  return class extends ReferenceStore {
    override async write(next: SessionRecord) {
      const written = await super.write(next)
      if (written) this.records.set(next.id, keep(next))
      return written
    }
  }
}

/** Writes what `isGood` says of the stored version, 0 if there is none, and the next. */
export function judging(isGood: (stored: number, next: number) => boolean): StoreClass {
  return class extends ReferenceStore {
    override async write(next: SessionRecord) {
      if (!isGood(this.records.get(next.id)?.version ?? 0, next.version)) return false
      this.records.set(next.id, structuredClone(next))
      return true
    }
  }
}

function claiming(traits: ReferenceStore['traits']): StoreClass {
  return class extends ReferenceStore {
    override readonly traits = traits
  }
}
