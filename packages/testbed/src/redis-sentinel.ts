import { eventually } from './eventually.ts'
import { startRedis, startRedisProcess } from './redis.ts'
import { sendRedis } from './redis-command.ts'
import type { Server } from './server.ts'
import { disposeAll, startAll } from './start-all.ts'

/** A primary, its replica, and three sentinels, two of whom agree after 500 ms that the primary is lost. */
export interface RedisSentinel extends AsyncDisposable {
  /** What the sentinels call the primary. */
  readonly name: string
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  /** The one that began as primary. */
  readonly primary: Server
  /** The one that began as replica. */
  readonly replica: Server
}

const name = 'sojourn'

/** Resolves when the replica is in step, and every sentinel knows of it and of the other sentinels. */
export async function startRedisSentinel(): Promise<RedisSentinel> {
  const started: Server[] = []
  try {
    const primary = await startRedis({ config: ['repl-diskless-sync-delay 0'] })
    started.push(primary)
    const replica = await startRedis({ config: [`replicaof 127.0.0.1 ${primary.port}`] })
    started.push(replica)
    const isInStep = async () =>
      (await sendRedis(replica.port, ['INFO', 'replication'])).includes('master_link_status:up')
    await eventually(isInStep)
    const sentinels = await startAll([1, 2, 3].map(() => () => startSentinel(primary)))
    started.push(...sentinels)
    await Promise.all(sentinels.map(({ port }) => eventually(() => isReady(port))))
    return {
      name,
      sentinels: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
      primary,
      replica,
      [Symbol.asyncDispose]: () => disposeAll(started),
    }
  } catch (error) {
    await disposeAll(started)
    throw error
  }
}

function startSentinel(primary: Server): Promise<Server> {
  const lines = [
    `sentinel monitor ${name} 127.0.0.1 ${primary.port} 2`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 3000`,
  ]
  return startRedisProcess(lines, { args: ['--sentinel'] })
}

async function isReady(port: number): Promise<boolean> {
  const known = await sendRedis(port, ['SENTINEL', 'MASTER', name])
  const count = (field: string) => new RegExp(`\\n${field}\\r\\n\\$\\d+\\r\\n(\\d+)`).exec(known)?.[1]
  return count('num-slaves') === '1' && count('num-other-sentinels') === '2'
}
