import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import resclient from 'resclient'
import { eventually } from './eventually.ts'
import { createWorld } from './gateway.fixture.ts'
import { findResgate, startGateway, startGatewayPeer, startResgate } from './gateway.ts'

test('the gateways tested here', t => {
  t.diagnostic(
    findResgate() === null
      ? 'NO REAL RESGATE: ONLY THE PEER WAS TESTED. Put resgate on the path, or say RESGATE=/path/to/resgate.'
      : `The peer, and the real Resgate: ${findResgate()}`,
  )
})

test('without a resgate, whoever asks for the real one is told how to get it', async () => {
  const environment = process.env
  try {
    process.env = {}
    assert.equal(findResgate(), null)
    await assert.rejects(startResgate('nats://127.0.0.1:1'), /releases.*go install.*Docker.*RESGATE=/s)
  } finally {
    process.env = environment
  }
})

test('a gateway is the real one where there is one', async () => {
  await using world = await createWorld(startGateway)
  assert.equal(world.gateway.kind, findResgate() === null ? 'peer' : 'resgate')
  assert.equal(world.gateway.url, `ws://127.0.0.1:${world.gateway.port}`)
})

const gateways = { peer: startGatewayPeer, ...(findResgate() !== null && { resgate: startResgate }) }
for (const [kind, start] of Object.entries(gateways)) {
  describe(`through the ${kind}`, { concurrency: 4 }, () => {
    test('a subscription asks with the connection id, and the client knows only its tag', async () => {
      await using world = await createWorld(start)
      const { service } = world
      service.offer('session.user.*', { id: null, name: null, role: null })
      const client = await world.connect()
      assert.deepEqual(await client.ask('version', { protocol: '1.2.1' }), { result: { protocol: '1.2.3' } })
      const rid = 'session.user.{cid}'
      assert.deepEqual(await client.ask(`subscribe.${rid}`), {
        result: { models: { [rid]: { id: null, name: null, role: null } } },
      })
      const asked = service.take().sort((a, b) => a.subject.localeCompare(b.subject))
      const cid = `${asked[0]?.subject}`.slice('access.session.user.'.length)
      assert.match(cid, /^[0-9a-v]{20}$/)
      assert.deepEqual(asked, [
        { subject: `access.session.user.${cid}`, text: `{"token":null,"cid":"${cid}"}` },
        { subject: `get.session.user.${cid}`, text: '{}' },
      ])
      const values = { id: 4, name: 'John Doe', role: 'user' }
      service.say(`event.session.user.${cid}.change`, { values })
      assert.deepEqual(await client.hear(1), [{ event: `${rid}.change`, data: { values } }])
      assert.deepEqual(await client.ask(`subscribe.${rid}`), { result: {} }) // It has the model.
      assert.deepEqual(
        await client.ask(`unsubscribe.${rid}`, { count: 2 }).then(answer => answer.error),
        undefined,
      )
      assert.equal((await client.ask(`unsubscribe.${rid}`)).error.code, 'system.noSubscription')
      assert.deepEqual(service.take(), [])
    })

    test('an auth request carries who asks; its answer is wrapped for clients of today', async () => {
      await using world = await createWorld(start)
      const { gateway, service } = world
      const error = { code: 'session.tooManyAttempts', message: 'Too many', data: { retryAfterMs: 5 } }
      service.on('auth.session.login', () => ({ result: { reloginKey: 'key' } }))
      service.on('auth.session.relogin', () => ({ error }))
      service.on('auth.session.logout', () => ({ result: null }))
      const client = await world.connect({ cookie: 'device=1; a=b', 'x-TWICE': ['1', '2'] })
      await client.greet()
      const params = { username: 'john', password: '', __proto__: null, n: [1] }
      assert.deepEqual(await client.ask('auth.session.login', params), {
        result: { payload: { reloginKey: 'key' } },
      })
      const [asked] = service.take()
      const { cid, header, remoteAddr } = JSON.parse(`${asked?.text}`)
      assert.match(remoteAddr, /^127\.0\.0\.1:\d+$/)
      assert.equal(
        asked?.text,
        JSON.stringify({
          params,
          token: null,
          cid,
          header: {
            Connection: ['Upgrade'],
            Cookie: ['device=1; a=b'],
            'Sec-Websocket-Extensions': ['permessage-deflate; client_max_window_bits'],
            'Sec-Websocket-Key': header['Sec-Websocket-Key'],
            'Sec-Websocket-Version': ['13'],
            Upgrade: ['websocket'],
            'X-Twice': ['1', '2'],
          },
          host: `127.0.0.1:${gateway.port}`,
          remoteAddr,
          uri: '/',
        }),
      )
      assert.deepEqual(await client.ask('auth.session.relogin', {}), { error })
      assert.deepEqual(await client.ask('auth.session.logout'), { result: { payload: null } })
      assert.match(`${service.take().at(-1)?.text}`, /^\{"params":null,"token":null,"cid":/)
      const old = await world.connect()
      assert.deepEqual(await old.ask('auth.session.login'), { result: { reloginKey: 'key' } })
      await old.ask('version', { protocol: '1.1.9' })
      assert.deepEqual(await old.ask('auth.session.logout'), { result: null })
    })

    test('a first token asks nobody again, every later one does, and who is denied hears so', async () => {
      await using world = await createWorld(start)
      const { service } = world
      const token = { sid: 's', userId: 4, role: 'user' }
      service.offer('session.user.*', { id: null })
      service.on('get.ticker.model', () => ({ result: { model: { seconds: 1 } } }))
      service.on('access.ticker.model', request => {
        if (request.token === null) service.say('event.ticker.model.change', { values: { seconds: 2 } })
        return { result: { get: request.token !== null } }
      })
      service.on('auth.session.set', ({ cid, params }) => {
        service.say(`conn.${cid}.token`, { token: params })
        return { result: null }
      })
      const client = await (await world.connect()).greet()
      await client.ask('subscribe.session.user.{cid}')
      assert.deepEqual(await client.ask('subscribe.ticker.model'), {
        error: { code: 'system.accessDenied', message: 'Access denied' },
      })
      service.take()
      await client.ask('auth.session.set', token)
      await client.ask('subscribe.ticker.model')
      const [, access] = service.take()
      const { cid } = JSON.parse(`${access?.text}`)
      assert.deepEqual(access, { subject: 'access.ticker.model', text: JSON.stringify({ token, cid }) })

      await client.ask('auth.session.set', null)
      const again = (await service.hear(3)).slice(1).sort((a, b) => a.subject.localeCompare(b.subject))
      const text = `{"token":null,"cid":"${cid}"}`
      assert.deepEqual(again, [
        { subject: `access.session.user.${cid}`, text },
        { subject: 'access.ticker.model', text },
      ])
      const reason = { code: 'system.accessDenied', message: 'Access denied' }
      assert.deepEqual(await client.hear(1), [{ event: 'ticker.model.unsubscribe', data: { reason } }])
      service.say('event.ticker.model.change', { values: { seconds: 3 } })
      service.say(`event.session.user.${cid}.greeting`)
      assert.deepEqual(await client.hear(1), [{ event: 'session.user.{cid}.greeting', data: null }])

      await client.ask('auth.session.set', token)
      const [, last, ...others] = await service.hear(2)
      assert.equal(last?.subject, `access.session.user.${cid}`)
      assert.deepEqual(others, [])
    })

    test('a model is asked for once, and a client hears of what changes in it and of all else', async () => {
      await using world = await createWorld(start)
      const { service } = world
      service.offer('shop.cart', { items: 1, total: 5, note: 'x' })
      const [alice, bob] = [await (await world.connect()).greet(), await (await world.connect()).greet()]
      await Promise.all([alice, bob].map(client => client.ask('subscribe.shop.cart')))
      const subjects = service.take().map(({ subject }) => subject)
      assert.deepEqual(subjects.sort(), ['access.shop.cart', 'access.shop.cart', 'get.shop.cart'])
      service.say('event.shop.cart.change', { values: { items: 1 } })
      service.say('event.shop.cart.change', { values: { items: { bare: 'object' } } })
      service.say('event.shop.cart.change', {
        values: { items: 2, total: 5, note: { action: 'delete' }, never: { action: 'delete' } },
      })
      service.say('event.shop.cart.ended', { reason: 'reuse' })
      for (const client of [alice, bob]) {
        assert.deepEqual(await client.hear(2), [
          { event: 'shop.cart.change', data: { values: { items: 2, note: { action: 'delete' } } } },
          { event: 'shop.cart.ended', data: { reason: 'reuse' } },
        ])
        await client.ask('unsubscribe.shop.cart')
      }
      assert.deepEqual(await bob.ask('get.shop.cart'), {
        result: { models: { 'shop.cart': { items: 2, total: 5 } } },
      })
      assert.deepEqual(
        service.take().map(({ subject }) => subject),
        ['access.shop.cart'],
      )
      assert.equal((await bob.ask('unsubscribe.shop.cart')).error.code, 'system.noSubscription')
      await alice.ask('subscribe.shop.cart')
      alice.socket.terminate()
      await eventually(async () => !(await service.hasListeners('event.shop.cart.any')))
      service.take()
      await bob.ask('subscribe.shop.cart')
      assert.ok(service.take().some(({ subject }) => subject === 'get.shop.cart'))
    })

    test('system.reset and reaccess ask again for what they name', async () => {
      await using world = await createWorld(start)
      const { service } = world
      let [isAllowed, model] = [true, { a: 1, b: 2, gone: 3 } as object]
      service.on('access.*.cart', () => ({ result: { get: isAllowed } }))
      service.on('get.*.cart', () => ({ result: { model } }))
      const client = await (await world.connect()).greet()
      await client.ask('subscribe.shop.cart')
      await client.ask('subscribe.desk.cart')
      service.take()
      model = { a: 1, b: 5 }
      service.say('system.reset', { resources: ['shop.>', 'desk', 'desk.cart.*', 'cart'] })
      const change = { values: { b: 5, gone: { action: 'delete' } } }
      assert.deepEqual(await client.hear(1), [{ event: 'shop.cart.change', data: change }])
      service.say('system.reset', { resources: ['desk.*'] })
      assert.deepEqual(await client.hear(1), [{ event: 'desk.cart.change', data: change }])
      const subjects = service.take().map(({ subject }) => subject)
      assert.deepEqual(subjects, ['get.shop.cart', 'get.desk.cart'])

      service.say('event.desk.cart.reaccess')
      assert.deepEqual((await service.hear(1))[0]?.subject, 'access.desk.cart')
      isAllowed = false
      service.say('system.reset', { access: ['*.cart'], resources: ['else.>'] })
      const events = (await client.hear(2)).map(({ event }) => event)
      assert.deepEqual(events.sort(), ['desk.cart.unsubscribe', 'shop.cart.unsubscribe'])
      assert.equal(service.take().length, 2)
    })

    test('system.tokenReset sends those with the token there, without parameters', async () => {
      await using world = await createWorld(start)
      const { service } = world
      service.on('auth.session.set', ({ cid, params }) => {
        service.say(`conn.${cid}.token`, params)
        return { result: null }
      })
      service.on('auth.session.check', () => ({ error: { code: 'nobody.cares', message: '' } }))
      const [alice, bob] = [await (await world.connect()).greet(), await (await world.connect()).greet()]
      await alice.ask('auth.session.set', { token: { role: 'a' }, tid: 'one' })
      await bob.ask('auth.session.set', { token: { role: 'b' }, tid: 'two' })
      const [, { text }] = service.take() as [unknown, { text: string }]
      const subject = 'auth.session.check'
      service.say('system.tokenReset', { tids: ['none', 'two'], subject })
      const { params, ...rest } = JSON.parse(text)
      assert.deepEqual(params.tid, 'two')
      const [check] = await service.hear(1)
      assert.equal(check?.text, JSON.stringify({ ...rest, token: { role: 'b' } }))
      await bob.ask('auth.session.set', { token: null })
      service.take()
      service.say('system.tokenReset', { tids: ['one', 'two'], subject })
      const checks = await service.hear(1)
      assert.deepEqual(
        checks.map(({ text }) => JSON.parse(text).token),
        [{ role: 'a' }],
      )
      assert.deepEqual([...alice.events, ...bob.events], [])
    })

    test('nobody there is told at once, a silent service after 3 s, unless it says that it needs longer', async () => {
      await using world = await createWorld(start)
      const { service } = world
      let answerSlow = () => {}
      service.on('auth.session.slow', (_, message) => {
        message.respond('timeout:"15000"')
        answerSlow = () => message.respond('{"result":"at last"}')
        return null
      })
      service.on('auth.session.silent', () => null)
      service.on('access.ticker.model', () => null)
      service.on('get.ticker.model', () => ({ result: { model: {} } }))
      const client = await (await world.connect()).greet()
      const notFound = { error: { code: 'system.notFound', message: 'Not found' } }
      const timeout = { error: { code: 'system.timeout', message: 'Request timeout' } }
      assert.deepEqual(await client.ask('auth.nobody.login'), notFound)
      assert.deepEqual(await client.ask('subscribe.nobody.model'), notFound)
      const slow = client.ask('auth.session.slow')
      const answers = [client.ask('auth.session.silent'), client.ask('subscribe.ticker.model')]
      assert.deepEqual(await Promise.all(answers), [timeout, timeout])
      answerSlow()
      assert.deepEqual(await slow, { result: { payload: 'at last' } })
    })

    test('a call needs the right to it', async () => {
      await using world = await createWorld(start)
      const { service } = world
      service.on('access.shop.cart', () => ({ result: { call: 'add,clear' } }))
      service.on('call.shop.cart.*', ({ params }) => ({ result: params }))
      const client = await (await world.connect()).greet()
      assert.deepEqual(await client.ask('call.shop.cart.clear', { all: true }), {
        result: { payload: { all: true } },
      })
      const [, call] = service.take()
      const { cid } = JSON.parse(`${call?.text}`)
      assert.equal(call?.text, JSON.stringify({ params: { all: true }, token: null, cid }))
      assert.equal((await client.ask('call.shop.cart.steal')).error.code, 'system.accessDenied')
    })

    test('what is no request is answered with an error, or not at all', async () => {
      await using world = await createWorld(start)
      const { service } = world
      service.on('auth.session.echo', ({ params }) => ({ result: params }))
      service.on('auth.session.broken', (_, message) => {
        message.respond('[]nonsense')
        return null
      })
      const client = await world.connect()
      for (const text of [
        'nonsense',
        '[]',
        'null',
        '{"method":"version"}',
        '{"id":"1","method":"version"}',
      ]) {
        client.say(text)
      }
      service.say('system.reset', ['nonsense'])
      service.nats.publish('system.tokenReset', 'nonsense')
      for (const method of [
        '',
        'dance',
        'auth.login',
        'subscribe.',
        'subscribe.a..b',
        'auth.session.*',
        'dance.a.b',
      ]) {
        assert.equal((await client.ask(method)).error.code, 'system.invalidRequest', method)
      }
      assert.equal(
        (await client.ask('version', { protocol: '2.0.0' })).error.code,
        'system.unsupportedProtocol',
      )
      assert.equal((await client.ask('version', { protocol: 'new' })).error.code, 'system.invalidParams')
      assert.equal((await client.ask('auth.session.broken')).error.code, 'system.internalError')
      assert.equal(
        (await client.ask('auth.session.echo', 'x'.repeat(2 ** 20))).error.code,
        'system.internalError',
      )
      const evil = '{"id":99,"method":"auth.session.echo","params":{"__proto__":{"a":1}}}'
      client.say(evil)
      assert.deepEqual(await client.ask('auth.session.echo', 'still here'), { result: 'still here' })
      assert.match(`${service.take().at(-2)?.text}`, /"params":\{"__proto__":\{"a":1\}\}/)
    })

    test('a gateway that was killed, or has lost NATS, drops its clients and is back when restarted', async () => {
      await using world = await createWorld(start)
      const { gateway, natsServer } = world
      for (const crash of [() => gateway.kill(), () => natsServer.kill()]) {
        const client = await (await world.connect()).greet()
        await Promise.all([once(client.socket, 'close'), crash()])
        const url = gateway.url.replace('ws', 'http')
        await eventually(async () => /ECONNREFUSED/.test(await fetch(url).catch(error => error.cause.code)))
        await natsServer.restart()
        await gateway.restart()
      }
      await (await world.connect()).greet()
    })

    test('resclient signs in, reads, hears of a change, comes back, and leaves', async () => {
      await using world = await createWorld(start)
      const { gateway, service } = world
      const cids: string[] = []
      service.offer('session.user.*', { id: null })
      service.on('auth.session.login', ({ cid, params }) => {
        cids.push(cid)
        service.say(`conn.${cid}.token`, { token: { role: 'user' }, tid: 'sid' })
        service.say(`event.session.user.${cid}.change`, { values: { id: params.id } })
        return { result: { reloginKey: 'key' } }
      })
      await service.nats.flush()
      const client = new resclient.default(() => new WebSocket(gateway.url), { unsubscribeDelay: 1 })
      using atEnd = new DisposableStack()
      atEnd.defer(() => client.disconnect())
      // biome-ignore lint/suspicious/noExplicitAny: a model has its properties as its own.
      const user: any = await client.get('session.user.{cid}')
      const changes: object[] = []
      const onChange = (changed: object) => changes.push(changed)
      user.on('change', onChange)
      assert.deepEqual(await client.authenticate('session', 'login', { id: 4 }), { reloginKey: 'key' })
      await eventually(async () => changes.length > 0)
      assert.deepEqual([user.id, changes], [4, [{ id: null }]])

      client.setOnConnect(() => client.authenticate('session', 'login', { id: 5 }))
      await gateway.restart()
      await eventually(async () => cids.length === 2)
      await eventually(async () => user.id === null) // As the service has it.
      service.say(`event.session.user.${cids[1]}.change`, { values: { id: 6 } })
      await eventually(async () => user.id === 6)
      assert.notEqual(cids[0], cids[1])

      user.off('change', onChange)
      await eventually(async () => !(await service.hasListeners(`event.session.user.${cids[1]}.any`)))
    })
  })
}
