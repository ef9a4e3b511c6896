import { setTimeout } from 'node:timers/promises'
import { type Gateway, startGateway, startNats } from '@sojourn/testbed'
import type { Restart } from '../results.ts'
import { describe } from '../sockets/faults.ts'
import { StorePlaces, startStoreServer } from '../store-server.ts'
import { type ResgateContenderName, resgateKindOf } from './contenders.ts'
import { startPages } from './crowd-process.ts'
import { type ServiceProcess, startService } from './service-process.ts'
import { startWitness } from './witness.ts'

interface Scene {
  readonly service: ServiceProcess
  readonly gateway: Gateway
  startService(): Promise<ServiceProcess>
}

interface ResgateFault {
  /** For the head of a column. */
  readonly title: string
  readonly about: string
  /** Breaks something, and mends it. Gives the service of then. */
  strike(scene: Scene): Promise<ServiceProcess>
}

const downMs = 1000
const renewMs = 1000
const patienceMs = 30_000

export const resgateFaults = {
  'gateway-killed': {
    title: 'gateway killed',
    about: `kill -9 of the gateway, while each page presents a key each second; it is started again after ${downMs / 1000} s`,
    async strike({ gateway, service }) {
      await gateway.kill()
      await setTimeout(downMs)
      await gateway.restart()
      return service
    },
  },
  'service-killed': {
    title: 'service killed',
    about: `kill -9 of the session service, while each page presents a key each second; it is started again after ${downMs / 1000} s, and the pages stay connected to the gateway`,
    async strike({ service, startService }) {
      await service.kill()
      await setTimeout(downMs)
      return startService()
    },
  },
} as const satisfies Record<string, ResgateFault>

export type ResgateFaultName = keyof typeof resgateFaults
export const resgateFaultNames = Object.keys(resgateFaults) as ResgateFaultName[]

const through: Record<Gateway['kind'], string> = {
  resgate: 'through a real Resgate',
  peer: 'through a peer that speaks as Resgate does, which is not on this machine',
}

/** Has honest clients open their pages and sign in, strikes, and counts who is in their session when all is quiet. */
export async function measureResgateFault(
  contender: ResgateContenderName,
  name: ResgateFaultName,
  clients: number,
): Promise<Restart> {
  const { store: kind, page } = resgateKindOf(contender)
  await using places = new StorePlaces()
  await using ownStore = kind === null ? null : await startStoreServer(kind, true)
  const store = ownStore?.address ?? (await places.addressOf(kind))
  await using nats = await startNats()
  await using gateway = await startGateway(nats.url)
  await using _witness = await startWitness(nats.url)
  const started: ServiceProcess[] = []
  const start = async () => {
    const service = await startService(contender, { nats: nats.url, store })
    started.push(service)
    return service
  }
  const pages = startPages()
  try {
    const service = await start()
    await pages.ask({ do: 'gather', url: gateway.url, page, count: clients, renewMs })
    const { reuses: before } = await service.usage()
    const struckAt = Date.now()
    const after = await resgateFaults[name].strike({ service, gateway, startService: start })
    const answersAt = Date.now()
    const report = await pages.ask({ do: 'count', since: struckAt + downMs, patienceMs })
    const reuses = (await after.usage()).reuses + (after === service ? 0 : before)
    const outcome = { answersAt, note: through[gateway.kind] }
    return describe(report, outcome, { contender, fault: name, clients, reuses, struckAt })
  } finally {
    await pages.kill()
    await Promise.all(started.map(service => service.kill()))
  }
}
