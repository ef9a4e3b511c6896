import type { Alarms, Stop } from './alarms.ts'
import type { LocksLike } from './options.ts'

/** A frozen tab must not hold all others up. */
const waitMs = 3000
const queues = new WeakMap<object, LocksLike>()

/** A lock for those that share this object. */
function queueOf(owner: object): LocksLike {
  let last: Promise<unknown> = Promise.resolve()
  const queue = queues.get(owner) ?? {
    request(_name, work) {
      const done = last.then(work)
      last = done
      return done
    },
  }
  queues.set(owner, queue)
  return queue
}

/** Keeps other tabs from presenting meanwhile. What one client does at a time shares one hold on the lock. */
export class Lock {
  readonly #locks: LocksLike
  readonly #name: string
  readonly #alarms: Alarms
  readonly #isOfTabs: boolean
  #users = 0
  #granted: Promise<boolean> | null = null
  #release: Stop = () => {}

  /** Without `locks`, for those in this process that share the `owner`. */
  constructor(locks: LocksLike | null, owner: object, name: string, alarms: Alarms) {
    this.#locks = locks ?? queueOf(owner)
    this.#isOfTabs = !!locks
    this.#name = name
    this.#alarms = alarms
  }

  /** `isAlone`: no other tab does the same now. False if there is no such lock, or somebody holds it for too long. */
  async hold<T>(work: (isAlone: boolean) => Promise<T>): Promise<T> {
    this.#users++
    this.#granted ??= this.#acquire()
    try {
      return await work((await this.#granted) && this.#isOfTabs)
    } finally {
      if (--this.#users === 0) this.release()
    }
  }

  release(): void {
    this.#granted = null
    this.#release()
  }

  #acquire(): Promise<boolean> {
    return new Promise(resolve => {
      let isLate = false
      const stop = this.#alarms.after(waitMs, () => this.#release())
      this.#release = () => {
        stop()
        isLate = true
        resolve(false)
      }
      const work = () =>
        new Promise<void>(done => {
          if (isLate) return done()
          stop()
          this.#release = done
          resolve(true)
        })
      this.#locks.request(this.#name, work).catch(() => this.#release())
    })
  }
}
