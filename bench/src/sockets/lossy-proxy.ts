import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a socket server that loses answers. */
export interface LossyProxy extends AsyncDisposable {
  readonly url: string
  /** From now on that share of the answers to presented keys is lost: the connection breaks when one arrives here. */
  lose(share: number): void
  /** Answers to presented keys that came by since then. */
  readonly lost: number
  readonly passed: number
}

/** Our frames to clients are small, and each is sent by itself: none is cut in two on its way here. */
const mark = '["presented"'

export async function startLossyProxy(port: number, random: () => number): Promise<LossyProxy> {
  const sockets = new Set<Socket>()
  let share = 0
  let lost = 0
  let passed = 0
  const server = createServer({ noDelay: true }, client => {
    const target = connect({ port, host: '127.0.0.1', noDelay: true })
    const destroyBoth = () => {
      client.destroy()
      target.destroy()
    }
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        destroyBoth()
      })
    }
    client.on('data', chunk => target.write(chunk))
    target.on('data', chunk => {
      if (share > 0 && chunk.includes(mark)) {
        if (random() < share) {
          lost++
          return destroyBoth()
        }
        passed++
      }
      client.write(chunk)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose(of) {
      share = of
      lost = passed = 0
    },
    get lost() {
      return lost
    },
    get passed() {
      return passed
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** The same numbers from 0 to 1 in each run (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
