/* A part of the demo, a process of its own: a model that counts the seconds, for those whose token has a role. */
import type { Msg } from '@nats-io/transport-node'
import { connectToNats } from '@sojourn/resgate'
import { settings } from './settings.ts'
import { untilEnded } from './until-ended.ts'

const nats = await connectToNats({ servers: settings.natsUrl, name: 'ticker' })
let seconds = 0

const answer = (subject: string, result: (msg: Msg) => object) =>
  nats.subscribe(subject, {
    callback(_error, msg) {
      msg.respond(JSON.stringify({ result: result(msg) }))
    },
  })
answer('get.ticker.model', () => ({ model: { seconds } }))
answer('access.ticker.model', msg => ({ get: hasRole(msg) }))
nats.publish('system.reset', JSON.stringify({ resources: ['ticker.>'] }))
const timer = setInterval(() => {
  nats.publish('event.ticker.model.change', JSON.stringify({ values: { seconds: ++seconds } }))
}, 1000)
console.log(`Ticker service: process ${process.pid}`)

await untilEnded()
clearInterval(timer)
await nats.close()

function hasRole(msg: Msg): boolean {
  try {
    const { token } = msg.json<{ token: { role?: unknown } | null }>()
    return typeof token?.role === 'string' && token.role !== ''
  } catch {
    return false
  }
}
