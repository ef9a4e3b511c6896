// One contender's session service, as a process of its own: `node service.ts CONTENDER WORLD`.
import type { ResgateWorld } from './contender.ts'
import { loadResgateContender, type ResgateContenderName } from './contenders.ts'
import type { ServiceUsage } from './service-process.ts'

const [name, worldJson] = process.argv.slice(2) as [ResgateContenderName, string]
const world: ResgateWorld = JSON.parse(worldJson)
const contender = await loadResgateContender(name)
await contender.serve(world)
process.send?.({ isServing: true })

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  const usage: ServiceUsage = { cpuMicros: user + system, reuses: contender.countReuses() }
  process.send?.(usage)
})
process.on('SIGTERM', () => process.exit())
process.on('disconnect', () => process.exit())
