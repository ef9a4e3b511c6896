import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TrialStore } from '@sojourn/conformance'
import { createStoredStrategy, type Session } from '@sojourn/core'
import {
  createSocketSessions,
  createTickets,
  type SocketConnection,
  type SocketSessionsOptions,
} from './index.ts'
import { secret } from './site.fixture.ts'

interface Shop {
  cart: string[]
}

const strategy = createStoredStrategy({ store: new TrialStore(), keys: [secret] })
const bound = { ...strategy, traits: { ...strategy.traits, cookieName: 'shop' } }
const binding = { ...strategy, traits: { ...strategy.traits, binds: true } }

const impossible: Record<string, SocketSessionsOptions<Shop>> = {
  'a strategy that is none': { strategy: {} as typeof strategy },
  'a time of 0': { strategy, presentWithinMs: 0 },
  'a time that is no number': { strategy, signInWithinMs: Number.NaN },
  'a time that no timer holds': { strategy, pingMs: 2 ** 31 },
  'half a message': { strategy, messagesPerSecond: 0.5 },
  'a high water mark above what may be buffered': { strategy, highWaterBytes: 2000, maxBufferedBytes: 1000 },
  'another place for the credential': { strategy, credential: 'header' as 'cookie' },
  'another cookie than the strategy’s': { strategy: bound, credential: 'cookie', cookie: { name: 'id' } },
  'a cookie bound to a cookie': { strategy: binding, credential: 'cookie', bind: { cookie: 'b' } },
  'a cookie for keys that are bound to one': { strategy: binding, credential: 'cookie' },
  'bound keys, and nothing to bind them to': { strategy: binding },
  'a cookie for a strategy that binds to none': { strategy, bind: { cookie: 'b' } },
  'an origin with a path': { strategy, origins: ['https://example.com/app'] },
  'an origin that is none': { strategy, origins: ['example.com'] },
  'a path without slash': { strategy, path: 'socket' },
  'data without end': { strategy, idleMs: -1 },
}

suite('what cannot work is refused when the server is made', () => {
  for (const [name, options] of Object.entries(impossible)) {
    test(name, () => {
      assert.throws(() => createSocketSessions(options), { name: 'SessionError', code: 'invalid_option' })
    })
  }
  test('tickets for ever', () => {
    const store = new TrialStore()
    assert.throws(() => createTickets({ strategy, store, liveMs: 1e9 }), { code: 'invalid_option' })
  })
})

/** Never called: what must compile, and what must not. */
export function whatMustCompile(own: SocketConnection<Shop>): void {
  const sockets = createSocketSessions<Shop>({ strategy, onOpen: connection => void connection.session.cart })
  sockets.answer('add', ({ session }, item: string) => {
    session.cart = [...(session.cart ?? []), item]
    // @ts-expect-error There is no such key.
    session.basket = []
  })
  const session: Session<Shop> = own.session
  const told: boolean = own.tell('cart', session.cart)
  const stop: () => void = own.onClosed((code: number, reason: string) => void [code, reason])
  void [told, stop]

  // @ts-expect-error A session that is new has no cart.
  own.session.cart.push('tea')
  // @ts-expect-error Only a present puts another in its place.
  own.session = session
  // @ts-expect-error There is no session without a strategy.
  createSocketSessions({})
  // @ts-expect-error There is no such option.
  createSocketSessions({ strategy, timeout: 1 })
}
