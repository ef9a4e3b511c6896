import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { startNats } from './nats.ts'

test('a nats delivers a message, and another after it was killed and restarted', async () => {
  await using server = await startNats()
  assert.equal(server.url, `nats://127.0.0.1:${server.port}`)
  assert.match(await echo(server.port, 'hello'), /MSG greetings 1 5\r\nhello\r\n/)
  await server.kill()
  await assert.rejects(echo(server.port, 'anyone'), { code: 'ECONNREFUSED' })
  await server.restart()
  assert.match(await echo(server.port, 'again'), /MSG greetings 1 5\r\nagain\r\n/)
})

/** Subscribes, publishes, and gives all that came up to the answer to a last ping. */
async function echo(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  await once(socket, 'connect')
  socket.write(
    `CONNECT {"verbose":false}\r\nSUB greetings 1\r\nPUB greetings ${text.length}\r\n${text}\r\nPING\r\n`,
  )
  let heard = ''
  for await (const chunk of socket) {
    heard += chunk
    if (heard.endsWith('PONG\r\n')) break
  }
  return heard
}
