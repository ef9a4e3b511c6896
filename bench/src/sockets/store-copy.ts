import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from 'redis'

const createRedis = (url: string) => createClient({ url })

/** All that a store holds, as one text. `address`: a folder or a Redis. */
export async function readStore(address: string): Promise<string> {
  return address.startsWith('redis') ? readRedis(address) : readFolder(address)
}

async function readFolder(folder: string): Promise<string> {
  const files = await readdir(folder)
  return (await Promise.all(files.map(file => readFile(join(folder, file), 'latin1')))).join('\n')
}

async function readRedis(url: string): Promise<string> {
  const client = createRedis(url)
  await client.connect()
  try {
    const texts: string[] = []
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

/** More words of a large store would not tell more. */
const most = 500
/** Of what lies around an id. */
const nearBytes = 1000

/** What somebody might present who has read `text` and knows the id of a session: each word, also made into a key of it. */
export function credentialsIn(text: string, id: string): string[] {
  const around = text.split(id)
  const near = around.map(part => `${part.slice(0, nearBytes)} ${part.slice(-nearBytes)}`).join(' ')
  const words = [...new Set([...wordsOf(text).slice(-most), ...wordsOf(near).slice(0, most)])]
  const made = words.flatMap(word => [`${id}.${word}`, `${id}.2.${word.padEnd(43, 'A').slice(0, 43)}`])
  return [id, ...words, ...made]
}

const wordsOf = (text: string): string[] => text.match(/[\w.+/=~-]{16,}/g) ?? []
