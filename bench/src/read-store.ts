import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { createClient } from 'redis'

/** All that a store holds, as one text. `address`: as `World` has it. */
export async function readStore(address: string): Promise<string> {
  if (address.startsWith('postgres')) return readPostgres(address)
  if (address.startsWith('mysql')) return readMysql(address)
  if (!address.startsWith('redis')) return readFolder(address)
  const texts = await Promise.all(address.split(',').map(readRedis))
  return texts.join('\n')
}

async function readFolder(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const texts = files
    .filter(file => file.isFile())
    .map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1'))
  return (await Promise.all(texts)).join('\n')
}

async function readPostgres(url: string): Promise<string> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "select quote_ident(tablename) as name from pg_tables where schemaname = 'public'",
    )
    const texts: string[] = []
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(`select t::text as text from ${name} t`)
      texts.push(...rows.map(({ text }) => text))
    }
    return texts.join('\n')
  } finally {
    await client.end()
  }
}

async function readMysql(url: string): Promise<string> {
  const connection = await createConnection(url)
  try {
    const [tables] = (await connection.query('show tables')) as unknown as [Record<string, string>[]]
    const texts: string[] = []
    for (const name of tables.flatMap(table => Object.values(table))) {
      const [rows] = (await connection.query(`select * from \`${name}\``)) as unknown as [object[]]
      texts.push(...rows.map(row => Object.values(row).join('\n')))
    }
    return texts.join('\n')
  } finally {
    await connection.end()
  }
}

const createRedis = (url: string) => createClient({ url })

async function readRedis(url: string): Promise<string> {
  const client = createRedis(url)
  await client.connect()
  try {
    const texts: string[] = []
    const isReplica = (await client.info('replication')).includes('role:slave')
    // One of a cluster has nothing that its primary has not, and would only say where that is.
    if (isReplica) return ''
    for await (const keys of client.scanIterator({ COUNT: 1000 })) {
      for (const key of keys) texts.push(key, await readKey(client, key))
    }
    return texts.join('\n')
  } finally {
    client.destroy()
  }
}

async function readKey(client: ReturnType<typeof createRedis>, key: string): Promise<string> {
  const type = await client.type(key)
  if (type === 'string') return (await client.get(key)) ?? ''
  if (type === 'set') return (await client.sMembers(key)).join('\n')
  if (type === 'zset') return (await client.zRange(key, 0, -1)).join('\n')
  if (type === 'hash') return Object.entries(await client.hGetAll(key)).join('\n')
  throw new Error(`There is a ${type} in Redis, which is not read yet.`)
}
