import { createRedisStore, fromNodeRedis } from '@sojourn/redis'
import { createCluster } from 'redis'
import { createSojournContender } from '../sojourn.ts'

export const contender = createSojournContender(
  'redis-cluster',
  'Sojourn, in a Redis Cluster of three primaries',
  async ({ store: urls }) => {
    const cluster = createCluster({
      rootNodes: urls.split(',').map(url => ({ url })),
      topologyRefreshOnReconnectionAttemptStrategy: 1000, // how soon a new primary is looked for
    })
    const store = createRedisStore({ client: fromNodeRedis(cluster) })
    await cluster.connect()
    return store
  },
)
