import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { suite, test } from 'node:test'
import { eventually } from './eventually.ts'
import { startProxy } from './proxy.ts'

suite('a proxy', () => {
  test('carries both ways, and the end as well', async () => {
    await using trial = await startTrial()
    const visitor = trial.visit()
    await visitor.say('hello')
    assert.equal(trial.proxy.connections, 1)
    visitor.socket.end()
    await once(visitor.socket, 'close')
    await eventually(async () => trial.proxy.connections === 0)
  })

  test('that delays brings each chunk late, in both directions and in order', async () => {
    await using trial = await startTrial()
    const visitor = trial.visit()
    await visitor.say('hello')
    trial.proxy.delay(50)
    const before = Date.now()
    await visitor.say(' slow')
    assert.ok(Date.now() - before >= 100)

    trial.heard = ''
    visitor.socket.write('slow')
    await trial.settle()
    trial.proxy.delay(0)
    await visitor.say(' fast')
    assert.equal(trial.heard, 'slow fast')
  })

  test('that is cut resets the connections it has and those that come, until it is healed', async () => {
    await using trial = await startTrial()
    const visitor = trial.visit()
    await visitor.say('hello')
    trial.proxy.cut()
    await eventually(async () => visitor.error === 'ECONNRESET')
    const late = trial.visit()
    await eventually(async () => late.error === 'ECONNRESET')
    await eventually(async () => trial.proxy.connections === 0)
    trial.proxy.heal()
    await trial.visit().say('again')
  })

  test('that is a black hole keeps silent and open what came to it, even when it is healed', async () => {
    await using trial = await startTrial()
    const early = trial.visit()
    await early.say('hello')
    trial.proxy.blackHole()
    const late = trial.visit()
    await eventually(async () => trial.proxy.connections === 2)
    for (const { socket } of [early, late]) socket.write('anyone?')
    trial.hangUp()
    await trial.settle()
    trial.proxy.heal()
    for (const { socket } of [early, late]) socket.write('and now?')
    const fresh = trial.visit()
    await fresh.say('again')
    await trial.settle()
    assert.equal(trial.heard, 'helloagain')
    assert.deepEqual([early.heard, late.heard], ['hello', ''])
    for (const { socket, error } of [early, late]) {
      assert.ok(!socket.destroyed && !socket.readableEnded && error === null)
    }
    assert.equal(trial.proxy.connections, 3)
  })

  test('to where nobody listens resets', async () => {
    await using trial = await startTrial()
    trial.close()
    const visitor = trial.visit()
    await eventually(async () => visitor.error === 'ECONNRESET')
  })
})

/** A server that says what it hears, behind a proxy. */
async function startTrial() {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.setEncoding('utf8').on('data', text => {
      trial.heard += text
      socket.write(text)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const proxy = await startProxy({ url: `tcp://127.0.0.1:${port}` })
  const trial = {
    proxy,
    heard: '',
    visit: () => visit(proxy.port),
    /** Long enough for all that moves to arrive. */
    async settle() {
      for (let n = 0; n < 10; n++) await new Promise(setImmediate)
    },
    hangUp() {
      for (const socket of sockets) socket.destroy()
    },
    close() {
      server.close()
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      trial.hangUp()
      trial.close()
    },
  }
  return trial
}

function visit(port: number) {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  const visitor = {
    socket,
    heard: '',
    error: null as string | null,
    async say(text: string) {
      socket.write(text)
      await eventually(async () => visitor.heard.endsWith(text))
    },
  }
  socket.on('data', text => {
    visitor.heard += text
  })
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    visitor.error = code ?? null
  })
  return visitor
}
