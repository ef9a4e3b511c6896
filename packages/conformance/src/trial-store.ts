import type { SessionRecord } from '@sojourn/core'
import { Gate } from './gate.ts'
import { ReferenceStore } from './reference-store.ts'

/** A store whose writes are counted and can be held, and that can be made to fail. */
export class TrialStore extends ReferenceStore {
  /** How many records have been written. */
  writes = 0
  /** Where each write waits before it is done. */
  readonly gate = new Gate()
  failing: 'reads' | 'writes' | 'removals' | null = null

  override async read(id: string): Promise<SessionRecord | null> {
    if (this.failing === 'reads') throw new Error('reads fail')
    return super.read(id)
  }

  override async write(next: SessionRecord): Promise<boolean> {
    await this.gate.pass()
    if (this.failing === 'writes') throw new Error('writes fail')
    const written = await super.write(next)
    if (written) this.writes++
    return written
  }

  override async remove(id: string): Promise<void> {
    if (this.failing === 'removals') throw new Error('removals fail')
    return super.remove(id)
  }
}
