/* Starts a server, says its address, does with it what it is told, and never disposes of it. */
import { createInterface } from 'node:readline'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

const server = await (process.argv[2] === 'postgres' ? startPostgres() : startRedis())
console.log(server.url)
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'freeze') server.freeze()
  if (line === 'kill') await server.kill()
  console.log('done')
}
