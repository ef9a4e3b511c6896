import { once } from 'node:events'
import { connect } from 'node:net'

export interface RedisCommandOptions {
  readonly password?: string | undefined
  /** How long the server may be silent; default 10,000. */
  readonly patienceMs?: number
}

/**
 * The reply to one command, as the protocol has it, from a Redis or Sentinel on this machine.
 *
 * @throws {Error} The server's error reply; or nothing came in time.
 */
export async function sendRedis(
  port: number,
  command: readonly string[],
  options: RedisCommandOptions = {},
): Promise<string> {
  const { password, patienceMs = 10_000 } = options
  const commands = [...(password === undefined ? [] : [['AUTH', password]]), command]
  const socket = connect(port, '127.0.0.1').setTimeout(patienceMs, () =>
    socket.destroy(new Error(`no answer to ${command.join(' ')}`)),
  )
  socket.end(commands.map(encode).join(''))
  let reply = ''
  socket.setEncoding('utf8').on('data', chunk => {
    reply += chunk
  })
  await once(socket, 'close')
  if (password !== undefined) reply = reply.replace('+OK\r\n', '')
  if (reply.startsWith('-')) throw new Error(reply.slice(1).trim())
  return reply
}

const encode = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
