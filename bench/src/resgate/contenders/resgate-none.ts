import { connect, type Msg } from '@nats-io/transport-node'
import type { ResgateContender } from '../contender.ts'
import type { AuthRequest } from '../res.ts'
import { findUserByPassword, type User, userOf } from '../users.ts'

/** As long as the id and the MAC of a real key. */
const filler = 'x'.repeat(64)

/** The same messages without sessions, what NATS itself costs: it believes what the key says. */
export const contender: ResgateContender = {
  name: 'resgate-none',
  about: 'answers at once, without sessions',
  async serve({ nats: servers }) {
    const nats = await connect({ servers })
    const answer = (message: Msg, cid: string, user: User | null, generation: number) => {
      if (user === null) return message.respond('{"error":{"code":"system.invalidParams","message":""}}')
      const { id: userId, role } = user
      const sid = String(userId)
      nats.publish(`conn.${cid}.token`, JSON.stringify({ token: { sid, userId, role }, tid: sid }))
      nats.publish(`event.session.user.${cid}.change`, JSON.stringify({ values: user }))
      message.respond(JSON.stringify({ result: { reloginKey: `${userId}.${generation}.${filler}` } }))
    }
    const serve = (method: string, respond: (message: Msg, request: AuthRequest) => void) =>
      nats.subscribe(`auth.session.${method}`, {
        callback: (_error, message) => respond(message, message.json()),
      })
    serve('login', (message, { cid, params }) =>
      answer(message, cid, findUserByPassword(String(params?.username), String(params?.password)), 1),
    )
    serve('relogin', (message, { cid, params }) => {
      const [id, generation] = String(params?.reloginKey).split('.')
      answer(message, cid, userOf(Number(id)), Number(generation) + 1)
    })
    await nats.flush()
  },
  countReuses: () => 0,
}
