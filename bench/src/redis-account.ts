import { createClient } from 'redis'

/** What a Redis says of itself since it was started. */
export interface RedisAccount {
  /** With its children that have ended. */
  readonly cpuMicros: number
  /** Both ways, of all its connections. */
  readonly bytes: number
}

export async function readRedisAccount(url: string): Promise<RedisAccount> {
  const client = createClient({ url })
  await client.connect()
  try {
    const info = await client.info()
    const sum = (pattern: RegExp) =>
      [...info.matchAll(pattern)].map(([, value]) => Number(value)).reduce((total, value) => total + value)
    return {
      cpuMicros: 1e6 * sum(/^used_cpu_(?:sys|user)(?:_children)?:(.+)\r$/gm),
      bytes: sum(/^total_net_(?:in|out)put_bytes:(.+)\r$/gm),
    }
  } finally {
    client.destroy()
  }
}
