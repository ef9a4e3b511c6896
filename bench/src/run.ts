import { type ContenderName, isShared } from './contenders.ts'
import { faultNames, faults } from './faults.ts'
import { startLoadProcess } from './load-process.ts'
import type { BenchOptions } from './options.ts'
import { createProgress } from './progress.ts'
import { sortOut } from './refusal.ts'
import { planResgate, resgateMeasurements } from './resgate/run.ts'
import { measureRestart } from './restart.ts'
import type { NotRun, Restart, Results, Scale, Theft, Throughput } from './results.ts'
import { countRoundTrips } from './round-trips.ts'
import { measureScale } from './scale.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { planSockets, socketMeasurements } from './sockets/run.ts'
import { StorePlaces } from './store-server.ts'
import { measureTheft } from './theft.ts'
import { measureThroughput, scenarios } from './throughput.ts'

/** Runs what the options ask for. A contender that cannot start is listed as not run; a wrong answer throws. */
export async function runBench(options: BenchOptions): Promise<Omit<Results, 'machine' | 'commit' | 'date'>> {
  const { measurements } = options
  const effort = { ...options.effort, sessionBytes: options.bytes[0] }
  const chosen = scenarios.filter(({ name }) => measurements.some(measurement => measurement === name))
  await using places = new StorePlaces()
  const elsewhere = [...socketMeasurements, ...resgateMeasurements]
  const isOnHttp = measurements.some(measurement => !elsewhere.includes(measurement))
  const { servers, notRun } = await startServers(isOnHttp ? options.contenders : [], places)
  const [none, ...stateful] = servers as [ServerProcess, ...ServerProcess[]]
  const sizes = measurements.includes('read') ? options.bytes : options.bytes.slice(0, 1)
  const { able, refused } = await sortOut(servers, sizes)
  const courses = chosen.flatMap(scenario =>
    sizes
      .slice(0, scenario.name === 'read' ? sizes.length : 1)
      .map(sessionBytes => ({ scenario, sessionBytes })),
  )
  const strikes = faultNames
    .filter(fault => measurements.includes(fault))
    .flatMap(fault =>
      stateful
        .filter(({ contender }) => faults[fault].canStrike(contender))
        .map(({ contender }) => ({ fault, contender })),
    )
  const robbed = measurements.includes('theft') ? stateful : []
  const grown = measurements.includes('scale') ? (able.get(effort.sessionBytes) ?? []).slice(1) : []
  const onSockets = planSockets(options)
  const throughResgate = planResgate(options)
  const progress = createProgress(
    courses.length * effort.rounds * servers.length +
      strikes.length +
      robbed.length +
      grown.length * effort.rounds +
      onSockets.steps +
      throughResgate.steps,
  )
  const loader = startLoadProcess()

  const repeated = chosen.filter(({ isFirst }) => !isFirst)
  const roundTrips = new Map<string, Map<string, number> | null>()
  for (const { contender, store } of servers) {
    roundTrips.set(contender, await countRoundTrips(contender, store, repeated))
  }
  const throughput: Throughput[] = []
  for (const { scenario, sessionBytes } of courses) {
    const sized = { ...effort, sessionBytes }
    const fit = able.get(sessionBytes) ?? []
    const measured = scenario.isFirst ? fit.filter(({ contender }) => isShared(contender)) : fit
    const rows = await measureThroughput(scenario, measured, loader, sized, (contender, round) => {
      progress.step(`${scenario.name}, ${sessionBytes} B`, `${contender}, round ${round} of ${effort.rounds}`)
    })
    for (const row of rows) {
      const storeRoundTrips = roundTrips.get(row.contender)?.get(row.scenario) ?? null
      throughput.push({ ...row, storeRoundTrips })
    }
  }
  const restart: Restart[] = []
  for (const { fault, contender } of strikes) {
    progress.step(fault, contender)
    restart.push(await measureRestart(contender, fault, options.clients))
  }
  const theft: Theft[] = []
  for (const server of robbed) {
    progress.step('theft', server.contender)
    theft.push(...(await measureTheft(server)))
  }
  const scale: Scale[] = []
  for (const { contender } of grown) {
    const rows = await measureScale(contender, places, options.sizes, none, loader, effort, what => {
      progress.step('scale', `${contender}, ${what}`)
    })
    scale.push(...rows)
  }
  const { sockets, ...more } = await onSockets.run(places, progress.step)
  const { resgate, ...last } = await throughResgate.run(places, progress.step)
  progress.clear()
  return {
    throughput,
    restart: [...restart, ...more.restart, ...last.restart],
    theft: [...theft, ...more.theft],
    scale,
    sockets,
    resgate,
    notRun: [...notRun, ...refused, ...more.notRun, ...last.notRun],
  }
}

async function startServers(contenders: readonly ContenderName[], places: StorePlaces) {
  const servers: ServerProcess[] = []
  const notRun: NotRun[] = []
  for (const contender of contenders) {
    try {
      servers.push(await startServer(contender, { store: await places.addressFor(contender) }))
    } catch (error) {
      if (contender === 'none') throw error
      notRun.push({ contender, reason: (error as Error).message })
    }
  }
  return { servers, notRun }
}
