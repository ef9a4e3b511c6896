import assert from 'node:assert/strict'
import { get } from 'node:http'
import { test } from 'node:test'
import { openPlusOne } from './plus-one.fixture.ts'
import { Raw } from './raw.fixture.ts'
import { Browser, Window } from './window.fixture.ts'

const garbage = [
  'null',
  '[]',
  '[null]',
  '[[]]',
  '{}',
  '""',
  '0',
  '',
  'nonsense',
  '["$connect"]',
  '["$closed"]',
  '["tell"]',
  '["ask",null,"plus-one"]',
  '["present",1]',
  '["session-resume",1,"secret"]',
  '["tell","hello",{"__proto__":{"visit":"x"}}]',
  '['.repeat(20_000),
]

for (const before of ['before', 'after'] as const) {
  test(`mended: garbage ${before} a session is presented closes that socket, and harms nobody`, async () => {
    await using demo = await openPlusOne()
    using witness = await Window.open(demo.url, new Browser())
    for (const frame of [...garbage, new Uint8Array([1, 2, 3])]) {
      using raw = await Raw.open(demo.url)
      if (before === 'after') await raw.request('present', 1, null)
      raw.send(frame)
      assert.equal((await raw.closed())?.code, 4400, String(frame).slice(0, 80))
    }
    assert.equal((await witness.plusOne()).count, 1)
    assert.equal(demo.sockets.connections.size, 1)
  })
}

test('mended: asks that make no sense are refused, with a code, and the socket lives on', async () => {
  await using demo = await openPlusOne()
  using raw = await Raw.open(demo.url)
  await raw.request('present', 1, null)
  const good = { visit: 'x', fromClient: 'y' }
  const asks = [
    ['unknown_type', 'constructor'],
    ['unknown_type', 'toString'],
    ['unknown_type', '$save'],
    ['bad_hello', 'hello'],
    ['bad_hello', 'hello', null],
    ['bad_hello', 'hello', []],
    ['bad_hello', 'hello', { ...good, visit: '' }],
    ['bad_hello', 'hello', { ...good, visit: {} }],
    ['bad_hello', 'hello', { ...good, visit: 'x'.repeat(65) }],
    ['bad_hello', 'hello', { ...good, fromClient: 'y'.repeat(501) }],
    ['bad_hello', 'forget-me', 7],
  ] as const
  for (const [index, [code, ...ask]] of asks.entries()) {
    const answer = await raw.request('ask', index + 2, ...ask)
    assert.deepEqual([answer[0], answer[2]], ['refuse', code], JSON.stringify(ask))
  }
  assert.equal(demo.writes, 0)
  const [, , visitor] = await raw.request('ask', 99, 'plus-one', 'more', { than: 'was' }, 'asked for')
  assert.equal(visitor.count, 1)
})

test('mended: a client hears that it is in a session before it hears anything of that session', async () => {
  await using demo = await openPlusOne()
  using raw = await Raw.open(demo.url)
  await raw.request('present', 1, null)
  await raw.request('ask', 2, 'plus-one')
  const kinds = raw.frames.map(([kind]) => kind)
  assert.equal(kinds[0], 'presented')
  const key = raw.frames.findIndex(([kind, session]) => kind === 'session' && session.credential)
  assert.ok(key > 0 && key < kinds.indexOf('answer'), kinds.join())
})

test('mended: pages of other sites cannot connect', async () => {
  await using demo = await openPlusOne()
  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' }
  const headers = { ...upgrade, 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' }
  assert.equal(await handshake(demo.url, { ...headers, Origin: 'https://evil.example' }), 403)
  assert.equal(await handshake(demo.url, { ...headers, Origin: demo.url }), 101)
})

/** The status of the answer. */
async function handshake(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const req = get(new URL('/socket', url), { headers })
  req.on('response', ({ statusCode = 0 }) => resolve(statusCode))
  req.on('upgrade', ({ statusCode = 0 }, socket) => {
    socket.destroy()
    resolve(statusCode)
  })
  req.on('error', reject)
  return promise.finally(() => req.destroy())
}
