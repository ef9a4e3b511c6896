import type { BenchOptions } from '../options.ts'
import type { NotRun, Sockets } from '../results.ts'
import { prepareEach } from '../rounds.ts'
import type { Stage } from '../stage.ts'
import type { Step } from '../step.ts'
import { kindOf, type SocketContenderName } from './contenders.ts'
import { countSocketRoundTrips, measureSockets } from './costs.ts'
import { measureSocketFault, socketFaultNames } from './faults.ts'
import { startSocketLoadProcess } from './load-process.ts'
import { type SocketServerProcess, startSocketServer } from './server-process.ts'
import { measureSocketTheft } from './theft.ts'

const openSeconds = 2
const faultSeconds = 6
const theftSeconds = 8

/** What is asked of clients on sockets. */
export function planSockets(options: BenchOptions, stage: Stage): Step[] {
  const { socketContenders, measurements, clients } = options
  const stateful = socketContenders.filter(name => name !== 'none')
  const isAsked = (measurement: string) => measurements.some(name => name === measurement)
  return [
    ...(isAsked('sockets') && socketContenders.length > 0 ? [planCosts(options, stage)] : []),
    ...socketFaultNames.filter(isAsked).flatMap(fault =>
      stateful.map(
        (contender): Step => ({
          what: `${fault}, on sockets`,
          who: contender,
          seconds: faultSeconds + clients / 200,
          run: async () => ({ restart: [await measureSocketFault(contender, fault, clients)] }),
        }),
      ),
    ),
    ...(isAsked('theft') ? stateful.map(contender => planTheft(contender, stage)) : []),
  ]
}

const planTheft = (contender: SocketContenderName, { places }: Stage): Step => ({
  what: 'theft, on sockets',
  who: contender,
  store: kindOf(contender).store,
  seconds: theftSeconds,
  async run() {
    const store = await places.addressOf(kindOf(contender).store)
    const server = await startSocketServer(contender, { store })
    try {
      return { theft: await measureSocketTheft(server) }
    } finally {
      await server.kill()
    }
  },
})

function planCosts({ socketContenders, effort, sockets }: BenchOptions, stage: Stage): Step {
  const what = 'sockets'
  const samples = socketContenders.length * (effort.rounds + 1)
  return {
    what,
    who: socketContenders[0] as string,
    others: socketContenders.slice(1),
    seconds: socketContenders.length * (openSeconds + effort.rounds * (1.2 * effort.seconds + 0.1)),
    async run(tell) {
      const notRun: NotRun[] = []
      let taken = 0
      const lose = async (contender: SocketContenderName, error: unknown) =>
        void notRun.push(await stage.lossOf(contender, what, error, kindOf(contender).store))
      const loader = startSocketLoadProcess()
      const addresses = new Map<SocketContenderName, string>()
      const start = async (contender: SocketContenderName) => {
        const store = await stage.places.addressOf(kindOf(contender).store)
        addresses.set(contender, store)
        return startSocketServer(contender, { store })
      }
      let servers: SocketServerProcess[] = []
      try {
        servers = [...(await prepareEach(socketContenders, start, lose)).values()]
        const progress = (contender: SocketContenderName, round: number) => {
          const doing = round === 0 ? 'opening' : `round ${round} of ${effort.rounds}`
          tell(`${contender}, ${doing}`, taken++ / samples)
        }
        const loseServer = (server: SocketServerProcess, error: unknown) => lose(server.contender, error)
        const rows = await measureSockets(servers, loader, { ...effort, sockets }, progress, loseServer)
        await Promise.all(servers.map(server => server.kill()))
        const withTrips: Sockets[] = []
        for (const row of rows) {
          const contender = row.contender as SocketContenderName
          const store = addresses.get(contender) ?? ''
          const storeRoundTrips = await countSocketRoundTrips(contender, store, loader).catch(error =>
            lose(contender, error).then(() => null),
          )
          withTrips.push({ ...row, storeRoundTrips })
        }
        return { sockets: withTrips, notRun }
      } finally {
        await loader.kill()
        await Promise.all(servers.map(server => server.kill()))
      }
    },
  }
}
