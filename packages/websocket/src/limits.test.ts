import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { eventually, Gate } from '@sojourn/conformance'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import type { Client } from './client.fixture.ts'
import type { Connection } from './connection.ts'
import { openSite, type Site } from './site.fixture.ts'

/** A client that is not to be disturbed by what happens to the others. */
async function openBystander(site: Site): Promise<Client> {
  const grace = site.client()
  await grace.present()
  await grace.ask('sign-in', 'grace')
  return grace
}

async function openSocket(site: Site): Promise<WebSocket> {
  const socket = new WebSocket(site.url.replace('http', 'ws'))
  socket.on('error', () => {})
  await once(socket, 'open')
  return socket
}

async function closing(socket: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = await once(socket, 'close')
  return [code, String(reason)]
}

const garbage = [
  '',
  'x',
  'null',
  '[]',
  '{}',
  '[null]',
  '["present"]',
  '["present",1]',
  '["present",0,null]',
  '["present",1.5,null]',
  '["present","1",null]',
  '["present",1,7]',
  '["present",1,null,1]',
  '["ticket",1,null]',
  '["ask",1]',
  '["ask",9007199254740993,"who"]',
  '["tell"]',
  '["tell",null]',
  '["ping",1]',
  '["$connect"]',
  '["answer",1,1]',
  '["tell","x",{"__proto__":{"a":1}}]',
  '["tell","x",[{"a":{"__proto__":null}}]]',
  '["tell","x",{"\\u005f_proto__":1}]',
  '["tell","x",{"constructor":{"prototype":{"a":1}}}]',
]

suite('what is no message', () => {
  test('closes the socket with 4400, and nobody else’s', async () => {
    await using site = await openSite()
    const grace = await openBystander(site)
    for (const text of garbage) {
      const socket = await openSocket(site)
      socket.send(text)
      assert.deepEqual(await closing(socket), [4400, 'bad message'], text)
    }
    const binary = await openSocket(site)
    binary.send(Buffer.from('["ping"]'))
    assert.deepEqual(await closing(binary), [4400, 'bad message'])
    assert.equal(await grace.ask('who'), 'grace')
    assert.equal(site.sockets.connections.size, 1)
    assert.deepEqual(site.errors, [])
  })

  test('is found among all messages, before and after a session was presented', async () => {
    await using site = await openSite({ messagesPerSecond: 1e6 })
    const grace = await openBystander(site)
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(fc.jsonValue()).map(value => JSON.stringify(value)),
      fc
        .tuple(
          fc.constantFrom('present', 'ticket', 'ask', 'tell', 'ping'),
          fc.array(fc.jsonValue(), { maxLength: 3 }),
        )
        .map(([kind, rest]) => JSON.stringify([kind, ...rest])),
      fc
        .tuple(fc.nat(), fc.constantFrom('who', 'echo', '__proto__', 'constructor', ''), fc.jsonValue())
        .map(([id, type, value]) => JSON.stringify(['ask', id, type, value])),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(texts, { minLength: 1, maxLength: 8 }),
        async (presents, frames) => {
          const socket = await openSocket(site)
          if (presents) socket.send('["present",1,null]')
          for (const frame of frames) socket.send(frame)
          const closed = closing(socket)
          socket.close(1000)
          const [code] = await closed
          assert.ok([1000, 4400].includes(code), `closed with ${code}`)
          assert.equal(await grace.ask('who'), 'grace')
        },
      ),
      { numRuns: 200 },
    )
    assert.deepEqual(site.errors, [])
  })

  test('may be no WebSocket frame at all', async () => {
    await using site = await openSite()
    const grace = await openBystander(site)
    const raw = connect(Number(new URL(site.url).port), '127.0.0.1')
    const head = [
      'GET / HTTP/1.1',
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
    ]
    raw.write(`${[...head, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='].join('\r\n')}\r\n\r\n`)
    await once(raw, 'data')
    raw.write(Buffer.alloc(1000, 0xff))
    raw.resume()
    await once(raw, 'close')
    assert.equal(await grace.ask('who'), 'grace')
    await eventually(() => site.sockets.connections.size === 1, 'the end')
  })

  test('is answered, if it is but an unknown type or a handler that fails', async () => {
    await using site = await openSite()
    site.sockets.answer('fail', () => {
      throw new Error('the password of the database is 1234')
    })
    site.sockets.answer('big', () => 1n)
    const ada = site.client()
    await assert.rejects(ada.ask('who'), { code: 'not_presented' })
    await ada.present()
    await assert.rejects(ada.ask('whom'), { code: 'unknown_type' })
    await assert.rejects(ada.ask('fail'), { code: 'internal', message: 'The server failed.' })
    await assert.rejects(ada.ask('big'), { code: 'internal' })
    await ada.send('tell', 'fail')
    assert.equal(await ada.ask('who'), null)
    assert.equal(site.errors.length, 3)
  })
})

suite('too much', () => {
  test('in one frame is closed with 1009', async () => {
    const closed: unknown[] = []
    await using site = await openSite({
      maxFrameBytes: 1000,
      onClosed: (_, code, reason) => void closed.push([code, reason]),
    })
    const grace = await openBystander(site)
    const ada = site.client()
    await ada.present()
    await ada.ask('echo', 'x'.repeat(900))
    await ada.send('tell', 'echo', 'x'.repeat(1000))
    assert.equal((await ada.whenClosed())[0], 1009)
    assert.deepEqual(closed, [[1009, 'frame too big']])
    assert.equal(await grace.ask('who'), 'grace')
  })

  test('in a second is closed with 4429: messages, pings, presents', async () => {
    await using site = await openSite({ messagesPerSecond: 10 })
    const grace = await openBystander(site)
    for (const flood of [
      (ada: Client) => ada.socket.send('["tell","echo"]'),
      (ada: Client) => ada.socket.ping(),
      (ada: Client) => ada.socket.send('["ping"]'),
      (ada: Client) => ada.socket.send('["present",1,null]'),
    ]) {
      const ada = site.client()
      await ada.present()
      for (let sent = 0; sent < 19; sent++) flood(ada)
      await ada.ask('who').catch(() => {})
      assert.deepEqual(await ada.whenClosed(), [4429, 'too many messages'])
    }
    site.clock.advance(1000)
    const ada = site.client()
    await ada.present()
    for (let sent = 0; sent < 19; sent++) await ada.ask('who')
    site.clock.advance(100)
    assert.equal(await ada.ask('who'), null)
    assert.equal(await grace.ask('who'), 'grace')
  })

  test('is not what a clock makes of it that is set back', async () => {
    await using site = await openSite({ messagesPerSecond: 10 })
    const ada = site.client()
    await ada.present()
    for (const backMs of [500, 3000, 3_600_000]) {
      await ada.ask('who')
      site.clock.advance(-backMs)
      assert.equal(await ada.ask('who'), null)
    }
  })

  test('at once waits to be read', async () => {
    await using site = await openSite({ maxPendingAsks: 3, messagesPerSecond: 1e4 })
    const gate = new Gate()
    let most = 0
    site.sockets.answer('wait', async () => {
      await gate.pass()
      return true
    })
    const ada = site.client()
    await ada.present()
    gate.shut()
    const answers = Array.from({ length: 50 }, () => ada.ask('wait'))
    await eventually(() => gate.waiting >= 3, 'the first')
    const grace = await openBystander(site)
    assert.equal(await grace.ask('who'), 'grace')
    const [{ socket }] = [...site.sockets.connections] as unknown as [Connection]
    assert.equal(socket?.isPaused, true)
    most = gate.waiting
    assert.equal(most, 3)
    gate.open()
    assert.deepEqual(new Set(await Promise.all(answers)), new Set([true]))
    assert.equal(await ada.ask('who'), null)
    assert.equal(socket?.isPaused, false)
  })

  test('unread is told to the application, and closed with 4413', async () => {
    await using site = await openSite({ highWaterBytes: 100_000, maxBufferedBytes: 1_000_000 })
    const grace = await openBystander(site)
    const ada = site.client()
    await ada.present()
    const connection = [...site.sockets.connections].at(-1)
    const closed: unknown[] = []
    connection?.onClosed((code, reason) => void closed.push([code, reason]))
    ada.socket.pause()
    const told: boolean[] = []
    const text = 'x'.repeat(10_000)
    await eventually(() => {
      told.push(connection?.tell('news', text) ?? true)
      return closed.length > 0
    }, 'the end')
    assert.equal(told[0], true)
    assert.ok(told.filter(isFine => !isFine).length > 50)
    assert.deepEqual(closed, [[4413, 'reads too slowly']])
    assert.equal(connection?.tell('news'), false)
    assert.equal(await grace.ask('who'), 'grace')
  })
})

suite('a client that does not read', () => {
  test('is closed with 4413 when pongs pile up, too', async () => {
    await using site = await openSite({
      messagesPerSecond: 1e6,
      highWaterBytes: 1000,
      maxBufferedBytes: 100_000,
    })
    const raw = connect(Number(new URL(site.url).port), '127.0.0.1')
    raw.on('error', () => {})
    const head = ['GET / HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket']
    const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']
    raw.write(`${[...head, ...key].join('\r\n')}\r\n\r\n`)
    await eventually(() => site.sockets.connections.size === 1, 'the socket')
    raw.pause()
    const closed: number[] = []
    const [connection] = [...site.sockets.connections] as unknown as [Connection]
    connection.onClosed(code => void closed.push(code))
    const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 125, 0, 0, 0, 0]), Buffer.alloc(125, 1)])
    const pings = Buffer.concat(Array.from({ length: 100 }, () => ping))
    let most = 0
    await eventually(() => {
      most = Math.max(most, connection.socket?.bufferedAmount ?? 0)
      if (raw.writableLength < 1_000_000) raw.write(pings)
      return closed.length > 0 || most > 1_000_000
    }, 'the end')
    assert.deepEqual(closed, [4413])
    raw.destroy()
  })
})

suite('in time', () => {
  test('nothing presented: 4408; while it is being presented, it is waited for', async () => {
    const gate = new Gate()
    await using site = await openSite({ presentWithinMs: 1000, pingMs: 1e6 })
    const grace = await openBystander(site)
    const read = site.store.read.bind(site.store)
    site.store.read = async id => {
      await gate.pass()
      return read(id)
    }
    gate.shut()
    const [idle, ada] = [site.client(), site.client()]
    const presented = ada.present(grace.credential)
    await eventually(() => gate.waiting === 1 && site.sockets.connections.size === 3, 'both')
    site.clock.advance(1001)
    assert.deepEqual(await idle.whenClosed(), [4408, 'not presented'])
    gate.open()
    assert.equal((await presented).userId, 'grace')
  })

  test('nobody signed in: 4408; time begins anew after a sign-out', async () => {
    await using site = await openSite({ signInWithinMs: 1000, pingMs: 1e6 })
    const [idle, ada] = [site.client(), site.client()]
    await idle.present()
    await ada.present()
    await ada.ask('sign-in', 'ada')
    site.clock.advance(500)
    const witness = site.client()
    await witness.present()
    site.clock.advance(501)
    assert.deepEqual(await idle.whenClosed(), [4408, 'not signed in'])
    await ada.ask('sign-out')
    site.clock.advance(500)
    assert.deepEqual(await witness.whenClosed(), [4408, 'not signed in'])
    assert.equal(await ada.ask('who'), null)
    site.clock.advance(501)
    assert.deepEqual(await ada.whenClosed(), [4408, 'not signed in'])
  })

  test('no sign of life: given up after a ping; who answers pings stays', async () => {
    await using site = await openSite({ pingMs: 1000 })
    const [ada, dead] = [site.client(), site.client()]
    await ada.present()
    await dead.present()
    dead.socket.pause()
    let pings = 0
    ada.socket.on('ping', () => void pings++)
    for (const round of [1, 2, 3]) {
      site.clock.advance(1001)
      await eventually(() => pings >= round || site.sockets.connections.size === 0, 'the ping')
      assert.equal(await ada.ask('who'), null)
    }
    await eventually(() => site.sockets.connections.size === 1, 'the end of the dead one')
    assert.equal(await ada.ask('who'), null)
  })

  test('who is not read from is not given up', async () => {
    await using site = await openSite({ maxPendingAsks: 2, pingMs: 1000, presentWithinMs: 1e8 })
    const gate = new Gate()
    site.sockets.answer('wait', async () => {
      await gate.pass()
      return true
    })
    const [ada, witness] = [site.client(), site.client()]
    await ada.present()
    await witness.present()
    gate.shut()
    let pings = 0
    witness.socket.on('ping', () => void pings++)
    // One ping is under way when it is paused.
    site.clock.advance(1001)
    await eventually(() => pings === 1, 'the ping')
    const answers = [1, 2, 3].map(() => ada.ask('wait'))
    await eventually(() => gate.waiting === 2, 'the first')
    for (const round of [2, 3, 4]) {
      site.clock.advance(1001)
      await eventually(() => pings === round, 'the ping')
      assert.equal(await witness.ask('who'), null)
    }
    gate.open()
    assert.deepEqual(await Promise.all(answers), [true, true, true])
  })

  test('nobody signed in: 4408, though the client begins one anonymous session after the other', async () => {
    await using site = await openSite({ signInWithinMs: 1000, pingMs: 1e8, presentWithinMs: 1e8 })
    const ada = site.client()
    await ada.present()
    site.clock.advance(600)
    await ada.present(null)
    site.clock.advance(401)
    assert.deepEqual(await ada.whenClosed(), [4408, 'not signed in'])
  })

  test('time to sign in begins when the client is told that nobody is', async () => {
    const gate = new Gate()
    await using site = await openSite({
      signInWithinMs: 1000,
      pingMs: 1e8,
      presentWithinMs: 1e8,
      onOpen: () => gate.pass(),
    })
    const ada = site.client()
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const witness = site.client()
    await witness.present()
    site.clock.advance(500)
    gate.shut()
    const switched = ada.present(null)
    await eventually(() => gate.waiting === 1, 'the opening')
    site.clock.advance(501)
    assert.deepEqual(await witness.whenClosed(), [4408, 'not signed in'])
    gate.open()
    assert.equal((await switched).userId, null)
    site.clock.advance(1001)
    assert.deepEqual(await ada.whenClosed(), [4408, 'not signed in'])
  })

  test('a ping of the protocol is answered', async () => {
    await using site = await openSite()
    const ada = site.client()
    await ada.send('ping')
    assert.deepEqual(await ada.next(() => true), ['pong'])
  })
})

suite('the origin of the page', () => {
  const connectFrom = async (site: Site, headers: Record<string, string>) => {
    const outgoing = request(site.url, {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    }).end()
    const [response, socket] = await Promise.race([once(outgoing, 'upgrade'), once(outgoing, 'response')])
    socket?.destroy()
    response.resume()
    return response.statusCode
  }

  test('must be that of the host, whatever a proxy’s header says', async () => {
    await using site = await openSite()
    const { host } = new URL(site.url)
    assert.equal(await connectFrom(site, {}), 101)
    assert.equal(await connectFrom(site, { Origin: `http://${host}` }), 101)
    assert.equal(await connectFrom(site, { Origin: 'https://example.com', Host: 'example.com:443' }), 101)
    assert.equal(await connectFrom(site, { Origin: 'https://evil.example' }), 403)
    assert.equal(await connectFrom(site, { Origin: 'null' }), 403)
    const longer = { Origin: 'https://example.com.evil.example', Host: 'example.com' }
    assert.equal(await connectFrom(site, longer), 403)
    assert.equal(await connectFrom(site, { Origin: `http://${host}.evil.example` }), 403)
    assert.equal(
      await connectFrom(site, { Origin: 'https://evil.example', 'X-Forwarded-Host': 'evil.example' }),
      403,
    )
    assert.equal(site.sockets.connections.size <= 3, true)
  })

  test('or one of a list', async () => {
    await using site = await openSite({ origins: ['https://app.example'] })
    assert.equal(await connectFrom(site, { Origin: 'https://app.example' }), 101)
    assert.equal(await connectFrom(site, { Origin: site.url }), 403)
    await assert.rejects(openSite({ origins: ['https://app.example/'] }), { code: 'invalid_option' })
  })
})

suite('the end of the server', () => {
  test('closes all with 1001, and ends no session', async () => {
    await using site = await openSite()
    const grace = await openBystander(site)
    await site.sockets.close()
    assert.deepEqual(await grace.whenClosed(), [1001, 'server going away'])
    assert.equal(site.store.records.size, 1)
    assert.equal(site.server.listenerCount('upgrade'), 0)
  })
})
