import { type ClientError, createClient } from '@sojourn/client'
import type { Hello, Visitor } from '../visitor.ts'
import * as view from './view.ts'
import { explain } from './words.ts'

const hello: Hello = { visit: crypto.randomUUID(), fromClient: navigator.userAgent.slice(0, 500) }
/** How long a server that could not answer is left alone. */
const againMs = 2000
/** As last told, by identity. */
const visitors = new Map<string, Visitor>()
/** The address tells it: a reload stays who it is. */
let identity = location.hash === '#work' ? 'work' : 'home'
/** How far the server's clock is ahead of ours. */
let aheadMs = 0

const url = new URL('/socket', location.href)
url.protocol = url.protocol.replace('http', 'ws')
const client = createClient({ url, name: 'plus-one', identity })

client.onState(state => {
  if (state.name === 'ended') visitors.delete(identity)
  show()
  if (state.name === 'anonymous') sayHello()
})

client.listen('visitor', (visitor: Visitor) => {
  const known = [...visitors].find(([, { id }]) => id === visitor.id)
  if (known === undefined) sayHello()
  else take(known[0], visitor)
})

view.onPress('plus-one', () => void ask('plus-one'))
view.onPress('forget-me', () => void ask('forget-me', hello))
view.onPress('start-again', sayHello)
view.onIdentity(next => {
  if (next === identity) return
  identity = next
  history.replaceState(null, '', next === 'home' ? '/' : `#${next}`)
  void client.use(next)
  show()
})

setInterval(() => {
  const visitor = visitors.get(identity)
  if (visitor) view.showTimes({ ...visitor, now: Date.now() + aheadMs })
}, 1000)
show()

function sayHello(): void {
  void ask('hello', hello)
}

/** All that can be asked is answered by what the server remembers. */
async function ask(type: 'hello' | 'plus-one' | 'forget-me', hello?: Hello): Promise<void> {
  const asking = identity
  try {
    take(asking, await client.ask<Visitor>(type, hello))
    view.showFailure(null)
  } catch (error) {
    const { code } = error as ClientError
    const { name } = client.state
    if (code === 'session_ended') return // the page says why
    if (type !== 'hello' || name !== 'connecting') view.showFailure(explain({ code }))
    if (type === 'hello' && name === 'anonymous') setTimeout(sayHello, againMs)
  }
}

function take(of: string, visitor: Visitor): void {
  visitors.set(of, visitor)
  aheadMs = visitor.now - Date.now()
  show()
}

function show(): void {
  const { state } = client
  const isConnected = state.name === 'anonymous'
  const visitor = visitors.get(identity) ?? null
  view.showState(state)
  view.allow(
    visitor !== null && state.name !== 'ended',
    (isConnected && visitor !== null) || state.name === 'ended',
  )
  view.showVisitor(visitor)
  view.showIdentities(identity, of => visitors.get(of)?.count)
}
