import { startNats } from '@sojourn/testbed'
import type { BenchOptions } from '../options.ts'
import type { NotRun } from '../results.ts'
import { prepareEach } from '../rounds.ts'
import type { Stage } from '../stage.ts'
import type { Step } from '../step.ts'
import { type ResgateContenderName, resgateKindOf } from './contenders.ts'
import { measureResgate } from './costs.ts'
import { measureResgateFault, resgateFaultNames } from './faults.ts'
import { startResgateLoadProcess } from './load-process.ts'
import { countMessages, type MessageCounts } from './messages.ts'
import { type ServiceProcess, startService } from './service-process.ts'

const openSeconds = 2
const faultSeconds = 5

/** What is asked of clients that come through Resgate. */
export function planResgate(options: BenchOptions, stage: Stage): Step[] {
  const { resgateContenders, measurements, clients } = options
  const stateful = resgateContenders.filter(name => name !== 'resgate-none')
  const isAsked = (measurement: string) => measurements.some(name => name === measurement)
  return [
    ...(isAsked('resgate') && resgateContenders.length > 0 ? [planCosts(options, stage)] : []),
    ...resgateFaultNames.filter(isAsked).flatMap(fault =>
      stateful.map(
        (contender): Step => ({
          what: `${fault}, through Resgate`,
          who: contender,
          seconds: faultSeconds + clients / 200,
          run: async () => ({ restart: [await measureResgateFault(contender, fault, clients)] }),
        }),
      ),
    ),
  ]
}

function planCosts({ resgateContenders, effort, sockets }: BenchOptions, stage: Stage): Step {
  const what = 'resgate'
  const samples = resgateContenders.length * (effort.rounds + 1)
  return {
    what,
    who: resgateContenders[0] as string,
    others: resgateContenders.slice(1),
    seconds: resgateContenders.length * (openSeconds + effort.rounds * (effort.seconds + 0.1)),
    async run(tell) {
      const notRun: NotRun[] = []
      let taken = 0
      const lose = async (contender: ResgateContenderName, error: unknown) =>
        void notRun.push(await stage.lossOf(contender, what, error, resgateKindOf(contender).store))
      await using buses = new AsyncDisposableStack()
      const loader = startResgateLoadProcess()
      const start = async (contender: ResgateContenderName) => {
        const store = await stage.places.addressOf(resgateKindOf(contender).store)
        return startService(contender, { store, nats: buses.use(await startNats()).url })
      }
      let services: ServiceProcess[] = []
      try {
        services = [...(await prepareEach(resgateContenders, start, lose)).values()]
        const progress = ({ contender }: ServiceProcess, round: number) => {
          const doing = round === 0 ? 'signing in' : `round ${round} of ${effort.rounds}`
          tell(`${contender}, ${doing}`, taken++ / samples)
        }
        const loseService = (service: ServiceProcess, error: unknown) => lose(service.contender, error)
        const sized = { ...effort, sessions: sockets }
        const rows = await measureResgate(services, loader, sized, progress, loseService)
        const counts = new Map<string, ReadonlyMap<string, MessageCounts>>()
        for (const { contender, home, kill } of services) {
          await kill()
          if (rows.some(row => row.contender === contender))
            await countMessages(contender, home, loader).then(
              counted => counts.set(contender, counted),
              error => lose(contender, error),
            )
        }
        const resgate = rows.flatMap(row => {
          const counted = counts.get(row.contender)?.get(row.act)
          return counted === undefined ? [] : [{ ...row, ...counted }]
        })
        return { resgate, notRun }
      } finally {
        await loader.kill()
        await Promise.all(services.map(service => service.kill()))
      }
    },
  }
}
