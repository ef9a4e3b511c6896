import { WebSocketServer } from 'ws'
import { nobody } from '../../nobody.ts'
import type { SocketContender } from '../contender.ts'
import type { SessionFrame } from '../frames.ts'

/** As long as the MAC of a real key. */
const mac = 'x'.repeat(43)

/** The same frames without sessions, what `ws` itself costs: it believes what the key says. */
export const contender: SocketContender = {
  name: 'none',
  about: 'ws, without sessions',
  serve(server) {
    new WebSocketServer({ server, perMessageDeflate: false }).on('connection', socket => {
      let user: string | null = null
      const session = (generation: number): SessionFrame => ({
        id: (user ?? nobody).padEnd(22, '-'),
        userId: user,
        expiresAt: Date.now(),
        ...(user !== null && { credential: `${user}.${generation}.${mac}`, version: generation }),
      })
      socket.on('message', data => {
        const [kind, id, first, second] = JSON.parse(data.toString())
        const send = (frame: unknown[]) => socket.send(JSON.stringify(frame))
        if (kind === 'present') {
          const [name, generation] = first?.split('.') ?? [null]
          user = name
          send(['presented', id, session(Number(generation) + 1)])
        } else {
          if (first === 'sign-in') {
            user = second
            send(['session', session(1)])
          }
          send(['answer', id, { user, counter: 0 }])
        }
      })
    })
  },
  countReuses: () => 0,
}
