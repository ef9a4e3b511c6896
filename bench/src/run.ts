import type { ContenderName } from './contenders.ts'
import { startLoadProcess } from './load-process.ts'
import type { BenchOptions } from './options.ts'
import { createProgress } from './progress.ts'
import { killServer } from './restart.ts'
import type { NotRun, Restart, Results, Scale, Throughput } from './results.ts'
import { measureScale } from './scale.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { measureThroughput, scenarios } from './throughput.ts'

/** Runs what the options ask for. A contender that cannot start is listed as not run; a wrong answer throws. */
export async function runBench(options: BenchOptions): Promise<Omit<Results, 'machine' | 'commit' | 'date'>> {
  const { measurements, effort } = options
  const chosen = scenarios.filter(({ name }) => measurements.some(measurement => measurement === name))
  const { servers, notRun } = await startServers(options.contenders)
  const [none, ...stateful] = servers as [ServerProcess, ...ServerProcess[]]
  const restarts = measurements.includes('server-killed') ? stateful : []
  const grown = measurements.includes('scale') ? stateful : []
  const progress = createProgress(
    chosen.length * effort.rounds * servers.length + restarts.length + grown.length * effort.rounds,
  )
  const loader = startLoadProcess()

  const throughput: Throughput[] = []
  for (const scenario of chosen) {
    const rows = await measureThroughput(scenario, servers, loader, effort, (contender, round) => {
      progress.step(scenario.name, `${contender}, round ${round} of ${effort.rounds}`)
    })
    throughput.push(...rows)
  }
  const restart: Restart[] = []
  for (const { contender } of restarts) {
    progress.step('server-killed', contender)
    restart.push(await killServer(contender, options.clients))
  }
  const scale: Scale[] = []
  for (const { contender } of grown) {
    const rows = await measureScale(contender, options.sizes, none, loader, effort, what => {
      progress.step('scale', `${contender}, ${what}`)
    })
    scale.push(...rows)
  }
  progress.clear()
  return { throughput, restart, theft: [], scale, notRun }
}

async function startServers(contenders: readonly ContenderName[]) {
  const servers: ServerProcess[] = []
  const notRun: NotRun[] = []
  for (const contender of contenders) {
    try {
      servers.push(await startServer(contender))
    } catch (error) {
      if (contender === 'none') throw error
      notRun.push({ contender, reason: (error as Error).message })
    }
  }
  return { servers, notRun }
}
