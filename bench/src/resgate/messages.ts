import { connect } from '@nats-io/transport-node'
import { canTap, tap } from '../round-trips.ts'
import { type ResgateContenderName, resgateKindOf } from './contenders.ts'
import { type ResgateAct, type ResgateLoadProcess, resgateActs } from './load-process.ts'
import { type Home, startService } from './service-process.ts'

export interface MessageCounts {
  readonly messages: number
  readonly storeRoundTrips: number | null
}

const counted = 50

/** What is said for one relogin, and for one login, of one client after the other: on NATS, and to the store. */
export async function countMessages(
  contender: ResgateContenderName,
  { nats, store }: Home,
  loader: ResgateLoadProcess,
): Promise<ReadonlyMap<ResgateAct, MessageCounts>> {
  await using wire = resgateKindOf(contender).store === 'redis' && canTap(store) ? await tap(store) : null
  const service = await startService(contender, { nats, store: wire?.address ?? store })
  const bus = await countBus(nats)
  try {
    await loader.load({ do: 'open', nats, count: 1 })
    const counts = new Map<ResgateAct, MessageCounts>()
    for (const act of resgateActs) {
      const before = { messages: await bus.messages(), trips: wire?.messages() ?? 0 }
      let done = 0
      while (done < counted) {
        done += (await loader.load({ do: act, nats, seconds: 0.01, concurrency: 1 })).done
      }
      counts.set(act, {
        messages: ((await bus.messages()) - before.messages) / done,
        storeRoundTrips: wire && (wire.messages() - before.trips) / done,
      })
    }
    await loader.load({ do: 'close', nats })
    return counts
  } finally {
    await bus.close()
    await service.kill()
  }
}

/** Hears all that anybody says. */
async function countBus(servers: string) {
  const nats = await connect({ servers })
  let heard = 0
  nats.subscribe('>', { callback: () => void heard++ })
  return {
    async messages(): Promise<number> {
      await nats.flush()
      return heard
    },
    close: () => nats.close(),
  }
}
