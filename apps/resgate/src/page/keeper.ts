import { type Item, readItem } from './key.ts'
import type { Line } from './line.ts'
import { log } from './log.ts'
import { present } from './present.ts'
import { idleMs, renewMs } from './settings.ts'

/** Hidden pages are woken once a minute, and by then the key has to be old enough. */
const dueMs = renewMs - Math.min(5000, renewMs / 10)
const isDue = ({ renewedAt }: Item): boolean => Math.abs(Date.now() - renewedAt) >= dueMs

export interface KeeperOwner {
  changed(): void
  /** The key was worthless. */
  refused(isExpired: boolean): void
}

/** Uses the stored key, on whatever connection, and knows how that went. */
export class Keeper {
  item: Item | null = null
  /** What went wrong last; null once something has worked since. */
  fault: string | null = null
  /** When the session service last answered. */
  answeredAt: number | null = null
  /** Counts connections, so that what began on one that is lost is known. */
  connection = 0
  readonly #line: Line
  readonly #owner: KeeperOwner
  #using = 0
  #isRenewing = false

  constructor(line: Line, owner: KeeperOwner) {
    this.#line = line
    this.#owner = owner
  }

  get isUsing(): boolean {
    return this.#using > 0
  }

  lost(): void {
    this.connection++
    this.#using = 0
    this.#isRenewing = false
    this.failed({ code: 'connection_lost' })
  }

  heard(): void {
    this.answeredAt = Date.now()
    this.fault = null
  }

  failed({ code = 'unknown' }: { readonly code?: string }): void {
    this.fault = code
    this.#owner.changed()
  }

  async ask(method: string, params?: object): Promise<unknown> {
    try {
      const answer = await this.#line.ask(method, params)
      this.heard()
      return answer
    } catch (error) {
      if ((error as { code: string }).code.startsWith('session.')) this.heard()
      throw error
    }
  }

  /** To be called now and then: renews what is due. */
  async tick(): Promise<void> {
    this.item = await readItem()
    if (this.item && isDue(this.item) && this.#line.isOpen && !this.#isRenewing) {
      this.#isRenewing = true
      void this.use(isDue).then(() => {
        this.#isRenewing = false
      })
    }
    this.#owner.changed()
  }

  /**
   * Presents the stored key, until the service has said what it is worth. If the connection is lost meanwhile, it
   * never resolves: resclient must not go on with that one, and the next begins anew.
   */
  async use(isDue: (item: Item) => boolean = () => true): Promise<void> {
    const { connection } = this
    const isCurrent = () => connection === this.connection
    this.#using++
    for (let tries = 0; isCurrent(); tries++) {
      try {
        const before = await readItem()
        const outcome = await present(
          (method, params) => this.ask(method, params),
          item => isCurrent() && isDue(item),
        )
        this.item = await readItem()
        if (!isCurrent()) break
        this.#using--
        if (outcome === 'taken') log('Key used, and the next one stored')
        if (outcome === 'refused') {
          log('Key refused, and thrown away')
          this.#owner.refused(before !== null && Date.now() - before.renewedAt >= idleMs)
        }
        return this.#owner.changed()
      } catch (error) {
        if (!isCurrent()) break
        const { code = 'unknown' } = error as { code?: string }
        if (code !== this.fault) log(`The key was not taken: ${code}. It is kept`)
        this.failed({ code })
        await pause(tries)
      }
    }
    return new Promise(() => {})
  }
}

/** At random, below a bound that doubles up to 2 seconds. */
export function pause(tries: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, Math.random() * Math.min(2000, 250 * 2 ** tries)))
}
