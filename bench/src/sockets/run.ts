import type { BenchOptions } from '../options.ts'
import type { NotRun, Restart, Sockets, Theft } from '../results.ts'
import type { StorePlaces } from '../store-server.ts'
import { kindOf, type SocketContenderName } from './contenders.ts'
import { countSocketRoundTrips, measureSockets } from './costs.ts'
import { measureSocketFault, socketFaultNames } from './faults.ts'
import { startSocketLoadProcess } from './load-process.ts'
import { type SocketServerProcess, startSocketServer } from './server-process.ts'
import { measureSocketTheft } from './theft.ts'

/** Those that no client on HTTP has a part in. */
export const socketMeasurements: readonly string[] = ['sockets', 'gateway-killed', 'answers-lost']

interface SocketResults {
  readonly sockets: readonly Sockets[]
  readonly restart: readonly Restart[]
  readonly theft: readonly Theft[]
  readonly notRun: readonly NotRun[]
}

type Progress = (measurement: string, detail: string) => void

/** What is asked of clients on sockets, and how many steps that has. */
export function planSockets({ socketContenders, measurements, effort, clients }: BenchOptions) {
  const stateful = socketContenders.filter(name => name !== 'none')
  const isMeasured = measurements.includes('sockets')
  const struck = socketFaultNames.filter(fault => measurements.includes(fault))
  const robbed = measurements.includes('theft') ? stateful : []
  const costed = isMeasured ? socketContenders : []
  const steps = costed.length * (effort.rounds + 1) + struck.length * stateful.length + robbed.length

  async function run(places: StorePlaces, progress: Progress): Promise<SocketResults> {
    const notRun: NotRun[] = []
    const addresses = new Map<SocketContenderName, string>()
    for (const contender of steps > 0 ? socketContenders : []) {
      try {
        addresses.set(contender, await places.addressOf(kindOf(contender).store))
      } catch (error) {
        notRun.push({ contender, reason: (error as Error).message })
      }
    }
    const canRun = (contender: SocketContenderName) => addresses.has(contender)
    const sockets = await measureCosts(costed.filter(canRun), addresses, progress)
    const restart: Restart[] = []
    for (const fault of struck) {
      for (const contender of stateful.filter(canRun)) {
        progress(fault, contender)
        restart.push(await measureSocketFault(contender, fault, clients))
      }
    }
    const theft: Theft[] = []
    for (const contender of robbed.filter(canRun)) {
      progress('theft', contender)
      const server = await startSocketServer(contender, { store: addresses.get(contender) ?? '' })
      try {
        theft.push(...(await measureSocketTheft(server)))
      } finally {
        await server.kill()
      }
    }
    return { sockets, restart, theft, notRun }
  }

  async function measureCosts(
    contenders: readonly SocketContenderName[],
    addresses: ReadonlyMap<SocketContenderName, string>,
    progress: Progress,
  ): Promise<Sockets[]> {
    if (contenders.length === 0) return []
    const loader = startSocketLoadProcess()
    const servers: SocketServerProcess[] = []
    try {
      for (const contender of contenders) {
        servers.push(await startSocketServer(contender, { store: addresses.get(contender) ?? '' }))
      }
      const sized = { ...effort, sockets: clients }
      const rows = await measureSockets(servers, loader, sized, (contender, round) =>
        progress(
          'sockets',
          round === 0 ? `${contender}, opening` : `${contender}, round ${round} of ${effort.rounds}`,
        ),
      )
      for (const server of servers) await server.kill()
      const sockets: Sockets[] = []
      for (const row of rows) {
        const contender = row.contender as SocketContenderName
        const storeRoundTrips = await countSocketRoundTrips(contender, addresses.get(contender) ?? '', loader)
        sockets.push({ ...row, storeRoundTrips })
      }
      return sockets
    } finally {
      await loader.kill()
      for (const server of servers) await server.kill()
    }
  }

  return { steps, run }
}
