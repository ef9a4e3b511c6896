import { eventually } from './eventually.ts'
import { startRedisProcess } from './redis.ts'
import { sendRedis } from './redis-command.ts'
import type { Server } from './server.ts'
import { disposeAll, startAll } from './start-all.ts'

/** A Redis Cluster: three primaries, each with a replica that takes over 1–3 s after its primary is lost. */
export interface RedisCluster extends AsyncDisposable {
  /** All six. The first three began as primaries. */
  readonly servers: readonly Server[]
  /** Those that answer and now hold slots, whoever began as what. */
  primaries(): Promise<Server[]>
}

const slots = 16_384
const lines = ['cluster-enabled yes', 'cluster-node-timeout 1000', 'repl-diskless-sync-delay 0']

/** Resolves when every server sees the whole cluster, and every replica is in step. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const servers = await startAll(Array.from({ length: 6 }, () => () => startRedisProcess(lines)))
  try {
    await form(servers.map(({ port }) => port))
  } catch (error) {
    await disposeAll(servers)
    throw error
  }
  return {
    servers,
    primaries: () => findPrimaries(servers),
    [Symbol.asyncDispose]: () => disposeAll(servers),
  }
}

async function form(ports: readonly number[]): Promise<void> {
  const primaries = ports.slice(0, 3)
  const replicas = ports.slice(3)
  for (const [n, port] of primaries.entries()) {
    const first = Math.floor((n * slots) / 3)
    const end = Math.floor(((n + 1) * slots) / 3)
    const share = Array.from({ length: end - first }, (_, slot) => `${first + slot}`)
    await sendRedis(port, ['CLUSTER', 'SET-CONFIG-EPOCH', `${n + 1}`])
    await sendRedis(port, ['CLUSTER', 'ADDSLOTS', ...share])
  }
  const [meeting = 0, ...others] = ports
  for (const port of others) await sendRedis(meeting, ['CLUSTER', 'MEET', '127.0.0.1', `${port}`])
  const join = async (port: number, n: number) => {
    const [, primary = ''] = (await sendRedis(primaries[n] as number, ['CLUSTER', 'MYID'])).split('\r\n')
    await eventually(async () => (await sendRedis(port, ['CLUSTER', 'REPLICATE', primary])).startsWith('+OK'))
  }
  await Promise.all(replicas.map(join))
  await Promise.all(ports.map(port => eventually(() => isInStep(port))))
}

async function isInStep(port: number): Promise<boolean> {
  const info = await sendRedis(port, ['CLUSTER', 'INFO'])
  const nodes = await sendRedis(port, ['CLUSTER', 'NODES'])
  const replication = await sendRedis(port, ['INFO', 'replication'])
  return (
    info.includes('cluster_state:ok') &&
    nodes.match(/ (myself,)?slave /g)?.length === 3 &&
    /master_link_status:up|slave0:.*state=online/.test(replication)
  )
}

/** As most of those that answer see it: one that was dead believes for a while what was. */
async function findPrimaries(servers: readonly Server[]): Promise<Server[]> {
  const views = await Promise.allSettled(
    servers.map(async server => ({ server, holders: await findSlotHolders(server.port) })),
  )
  const answered = views.filter(view => view.status === 'fulfilled').map(({ value }) => value)
  return answered
    .map(({ server }) => server)
    .filter(({ port }) => {
      const votes = answered.filter(({ holders }) => holders.includes(port))
      return votes.length > answered.length / 2
    })
}

async function findSlotHolders(port: number): Promise<number[]> {
  const nodes = await sendRedis(port, ['CLUSTER', 'NODES'], { patienceMs: 1000 })
  // <id> <ip:port@bus> <flags> <primary> <ping> <pong> <epoch> <link> <slots> …
  const rows = nodes.split('\r\n')[1]?.split('\n') ?? []
  return rows
    .map(row => row.split(' '))
    .filter(([, , flags, , , , , , firstSlots]) => flags?.includes('master') && firstSlots !== undefined)
    .map(([, address]) => Number(/:(\d+)@/.exec(address ?? '')?.[1]))
}
