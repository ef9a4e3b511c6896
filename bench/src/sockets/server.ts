// One contender's socket server, as a process of its own: `node server.ts CONTENDER WORLD`.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { loadSocketContender, type SocketContenderName } from './contenders.ts'
import type { SocketServerSetup, SocketUsage } from './server-process.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const [name, setupJson] = process.argv.slice(2) as [SocketContenderName, string]
const setup: SocketServerSetup = JSON.parse(setupJson)
const contender = await loadSocketContender(name)
const server = createServer()
await contender.serve(server, setup)
server.listen(setup.port, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})

process.on('message', async ({ collects }: { collects: boolean }) => {
  for (let times = 0; collects && times < 3; times++) {
    collect()
    await setTimeout(20) // for pages to go back to the system
  }
  const { user, system } = process.cpuUsage()
  const usage: SocketUsage = {
    cpuMicros: user + system,
    rssBytes: process.memoryUsage.rss(),
    reuses: contender.countReuses(),
  }
  process.send?.(usage)
})
process.on('SIGTERM', () => process.exit())
process.on('disconnect', () => process.exit())
