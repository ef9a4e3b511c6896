import { startNats } from '@sojourn/testbed'
import type { BenchOptions } from '../options.ts'
import type { NotRun, Resgate, Restart } from '../results.ts'
import type { StorePlaces } from '../store-server.ts'
import { type ResgateContenderName, resgateKindOf } from './contenders.ts'
import { measureResgate } from './costs.ts'
import { measureResgateFault, resgateFaultNames } from './faults.ts'
import { startResgateLoadProcess } from './load-process.ts'
import { countMessages, type MessageCounts } from './messages.ts'
import { type Home, type ServiceProcess, startService } from './service-process.ts'

/** Those that no client on HTTP has a part in. */
export const resgateMeasurements: readonly string[] = ['resgate', 'service-killed']

interface ResgateResults {
  readonly resgate: readonly Resgate[]
  readonly restart: readonly Restart[]
  readonly notRun: readonly NotRun[]
}

type Progress = (measurement: string, detail: string) => void

/** What is asked of clients that come through Resgate, and how many steps that has. */
export function planResgate({ resgateContenders, measurements, effort, clients, pages }: BenchOptions) {
  const stateful = resgateContenders.filter(name => name !== 'resgate-none')
  const costed = measurements.includes('resgate') ? resgateContenders : []
  const struck = resgateFaultNames.filter(fault => measurements.includes(fault))
  const steps = costed.length * (effort.rounds + 1) + struck.length * stateful.length

  async function run(places: StorePlaces, progress: Progress): Promise<ResgateResults> {
    const notRun: NotRun[] = []
    const homes = new Map<ResgateContenderName, Home>()
    await using buses = new AsyncDisposableStack()
    for (const contender of steps > 0 ? resgateContenders : []) {
      try {
        const store = await places.addressOf(resgateKindOf(contender).store)
        homes.set(contender, { store, nats: buses.use(await startNats()).url })
      } catch (error) {
        notRun.push({ contender, reason: (error as Error).message })
      }
    }
    const canRun = (contender: ResgateContenderName) => homes.has(contender)
    const resgate = await measureCosts(costed.filter(canRun), homes, progress)
    const restart: Restart[] = []
    for (const fault of struck) {
      for (const contender of stateful.filter(canRun)) {
        progress(fault, contender)
        restart.push(await measureResgateFault(contender, fault, pages))
      }
    }
    return { resgate, restart, notRun }
  }

  async function measureCosts(
    contenders: readonly ResgateContenderName[],
    homes: ReadonlyMap<ResgateContenderName, Home>,
    progress: Progress,
  ): Promise<Resgate[]> {
    if (contenders.length === 0) return []
    const loader = startResgateLoadProcess()
    const services: ServiceProcess[] = []
    try {
      for (const contender of contenders) {
        services.push(await startService(contender, homes.get(contender) as Home))
      }
      const rows = await measureResgate(
        services,
        loader,
        { ...effort, sessions: clients },
        (service, round) =>
          progress(
            'resgate',
            `${service.contender}, ${round === 0 ? 'signing in' : `round ${round} of ${effort.rounds}`}`,
          ),
      )
      const counts = new Map<string, ReadonlyMap<string, MessageCounts>>()
      for (const { contender, home, kill } of services) {
        await kill()
        counts.set(contender, await countMessages(contender, home, loader))
      }
      return rows.map(row => ({
        ...row,
        ...(counts.get(row.contender)?.get(row.act) as MessageCounts),
      }))
    } finally {
      await loader.kill()
      for (const service of services) await service.kill()
    }
  }

  return { steps, run }
}
