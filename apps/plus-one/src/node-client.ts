import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { type ClientError, createClient } from '@sojourn/client'
import { createFileStorage } from '@sojourn/client/file'
import { endings, explain, formatTime } from './page/words.ts'
import type { Hello, Visitor } from './visitor.ts'

const { SERVER_URL = 'http://127.0.0.1:3007', KEY_FILE, IDENTITY = 'home', TIMEOUT_MS } = process.env
const url = new URL('/socket', SERVER_URL)
url.protocol = url.protocol.replace('http', 'ws')
const hello: Hello = { visit: randomUUID(), fromClient: `Node.js ${process.version} on ${process.platform}` }

const client = createClient({
  url,
  storage: createFileStorage(KEY_FILE || resolve(import.meta.dirname, '../data/node-client.json')),
  name: `plus-one ${url.host}`, // one file serves several servers
  identity: IDENTITY,
  askTimeoutMs: Number(TIMEOUT_MS || 10_000),
})
try {
  const { id, count } = await sayHello()
  console.log(`I am visitor ${id}, and my number is ${count}.`)
  const visitor = await client.ask<Visitor>('plus-one')
  const { firstVisitTime, previousVisitTime, latestVisitTime, fromClient } = visitor
  console.log(`Plus one is ${visitor.count}.`)
  console.log(`First visit:    ${formatTime(firstVisitTime)}, when I said: ${fromClient}`)
  console.log(`Previous visit: ${previousVisitTime === null ? 'none' : formatTime(previousVisitTime)}`)
  console.log(`Latest visit:   ${formatTime(latestVisitTime)}`)
} catch (error) {
  console.error(explain(error as ClientError))
  process.exitCode = 1
} finally {
  client.close()
}

async function sayHello(): Promise<Visitor> {
  try {
    return await client.ask('hello', hello)
  } catch (error) {
    const { state } = client
    if (state.name !== 'ended') throw error
    const { heading, text } = endings[state.why]
    console.log(`${heading}. ${text}\nSo I begin anew.`)
    return client.ask('hello', hello)
  }
}
