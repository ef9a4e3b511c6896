import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from './client.fixture.ts'

const count = 3000
const atOnce = 100

suite('what a socket costs on the server', () => {
  for (const strategy of ['memory', 'relogin-key']) {
    test(`${strategy}: at most 20 KB of RSS, signed in, with a session of its own`, async t => {
      const file = fileURLToPath(new URL('rss-server.fixture.ts', import.meta.url))
      const child = fork(file, [strategy], { execArgv: ['--conditions=source', '--expose-gc'] })
      const [url] = await once(child, 'message')
      const measure = async () => {
        child.send('measure')
        const [measured] = await once(child, 'message')
        return measured as { bytes: number; sockets: number }
      }
      try {
        // What the process needs once and for all is not what is asked.
        const clients = await open(url, 500)
        const before = await measure()
        clients.push(...(await open(url, count)))
        const after = await measure()
        assert.equal(after.sockets, 500 + count)
        for (const { socket } of clients) socket.terminate()
        const bytes = (after.bytes - before.bytes) / count
        t.diagnostic(`${(bytes / 1024).toFixed(1)} KB`)
        assert.ok(bytes <= 20 * 1024, `${(bytes / 1024).toFixed(1)} KB`)
      } finally {
        child.disconnect()
        await once(child, 'exit')
      }
    })
  }
})

async function open(url: string, number: number): Promise<Client[]> {
  const clients: Client[] = []
  while (clients.length < number) {
    const next = Array.from({ length: atOnce }, () => new Client(url))
    await Promise.all(
      next.map(async (client, at) => {
        await client.present()
        await client.ask('sign-in', `user ${clients.length + at}`)
      }),
    )
    clients.push(...next)
  }
  return clients
}
