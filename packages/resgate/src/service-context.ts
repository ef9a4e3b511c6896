import type { Sessions } from '@sojourn/core'
import type { Bus } from './bus.ts'
import type { Connections } from './connections.ts'
import type { Gateways } from './gateways.ts'
import type { completeOptions } from './options.ts'
import type { Throttle } from './throttle.ts'
import type { Watch } from './watch.ts'

/** What the requests are answered with. */
export interface ServiceContext {
  readonly settings: ReturnType<typeof completeOptions>
  readonly sessions: Sessions
  readonly bus: Bus
  readonly gateways: Gateways
  readonly connections: Connections
  readonly watch: Watch
  readonly byUser: Throttle
  readonly byAddress: Throttle
  /** Has it done after what is in hand for that connection. */
  afterwards(cid: string, task: () => Promise<void>): void
}
