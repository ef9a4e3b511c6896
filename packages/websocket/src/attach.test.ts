import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { suite, test } from 'node:test'
import { createStoredStrategy } from '@sojourn/core'
import { createMemoryStore } from '@sojourn/memory'
import { Client, listen } from './client.fixture.ts'
import { createSocketSessions } from './index.ts'
import { secret } from './site.fixture.ts'

async function openTwo() {
  const { server, url } = await listen()
  const strategy = createStoredStrategy({ store: createMemoryStore(), keys: [secret] })
  const both = ['/a', '/b'].map(path => createSocketSessions({ strategy, path }).attach(server))
  return {
    server,
    url,
    async [Symbol.asyncDispose]() {
      await Promise.all(both.map(sockets => sockets.close()))
      server.close()
      server.closeAllConnections()
    },
  }
}

function upgrade(url: string) {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  return request(url, { headers }).end()
}

suite('two on one server', () => {
  test('serve their paths', async () => {
    await using site = await openTwo()
    for (const path of ['/a', '/b?x=1']) {
      const client = new Client(site.url + path)
      assert.equal((await client.present()).userId, null)
      await client.close()
    }
  })

  test('refuse an upgrade that is for neither', async () => {
    await using site = await openTwo()
    const [response] = await once(upgrade(`${site.url}/c`), 'response')
    response.resume()
    assert.equal(response.statusCode, 404)
  })

  test('leave it to another listener, if there is one', async () => {
    await using site = await openTwo()
    site.server.on('upgrade', ({ url }, socket) => {
      if (url === '/c') socket.end('HTTP/1.1 418 Short and stout\r\nConnection: close\r\n\r\n')
    })
    const [response] = await once(upgrade(`${site.url}/c`), 'response')
    response.resume()
    assert.equal(response.statusCode, 418)
  })
})
