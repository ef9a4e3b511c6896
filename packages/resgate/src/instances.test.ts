import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, suite, test } from 'node:test'
import { eventually, Gate } from '@sojourn/conformance'
import { sessions } from '@sojourn/express'
import { findResgate } from '@sojourn/testbed'
import express from 'express'
import { City } from './city.fixture.ts'
import { connectToNats, createSessionService } from './index.ts'
import { describePerson, nobody, openPlace, people } from './open-place.fixture.ts'
import { places } from './place.fixture.ts'
import type { ServiceProcess } from './service-process.fixture.ts'
import type { Tab } from './tab.fixture.ts'
import { Visitor } from './visitor.fixture.ts'

const gateways = findResgate() === null ? 'the peer: there is no Resgate here' : 'a real Resgate'

for (const [name, provide] of Object.entries(places)) {
  suite(`instances on ${name}, behind ${gateways}`, { timeout: 240_000 }, () => {
    let city: City
    before(async () => {
      city = await City.build(provide)
    })
    afterEach(() => city.clear())
    after(() => city[Symbol.asyncDispose]())

    test('200 clients, while instances are killed in turn: all stay who they are', async () => {
      const instances = [await city.startInstance(), await city.startInstance()]
      let [operations, kills] = [0, 0]
      let wake = () => {}
      async function more(count: number): Promise<void> {
        const goal = operations + count
        while (operations < goal) {
          await new Promise<void>(resolve => {
            wake = resolve
          })
        }
      }
      async function killInTurn(): Promise<void> {
        for (; kills < 6; kills++) {
          const instance = instances[kills % 2] as ServiceProcess
          await more(100)
          await instance.kill()
          await more(100)
          await instance.restart()
        }
      }
      const visitors = Array.from({ length: 200 }, (_, n) => new Visitor(city, `visitor-${n}`))
      const stay = (visitor: Visitor) => {
        return visitor.stay(() => {
          operations++
          wake()
          return kills < 6
        })
      }
      await Promise.all([killInTurn(), ...visitors.map(stay)])
      for (const visitor of visitors) visitor.assertIsIn()

      for (const server of [...instances, ...city.gateways]) await server.restart()
      await Promise.all(visitors.map(visitor => visitor.isBack()))
      for (const visitor of visitors) visitor.assertIsIn()
    })

    test('a login at one, a relogin at the other', async () => {
      const first = await city.startInstance()
      const tab = await city.logIn('ada')
      const second = await city.startInstance()
      let opened = 0
      await eventually(async () => {
        const { user } = await openBeside(city, tab)
        assert.deepEqual(user, describePerson('ada'))
        return ++opened > 5 && second.did.includes('resume')
      }, 'the other one resumes')
      assert.ok(first.did.includes('signed-in'))
      const resumed = [...first.did, ...second.did].filter(what => what === 'resume')
      assert.ok(resumed.length <= opened, 'each relogin is for one of them')
      assert.deepEqual(tab.browser.refusals, [])
    })

    test('a client comes back through another gateway, and a logout there reaches this one', async () => {
      await city.startInstance()
      const here = await city.logIn('bea')
      const there = await city.open(city.gateways[1], here.browser)
      assert.deepEqual(there.user, describePerson('bea'))
      await there.logout()
      await isTold(here, 'signed-out')
    })

    test('two logins on one connection, at two instances at once: one session', async () => {
      const gate = new Gate()
      gate.shut()
      for (const _ of ['first', 'second']) await openHere(city, gate)
      const tab = await city.open()
      const logins = Array.from({ length: 20 }, () => tab.login('cem').catch(({ code }) => code))
      await eventually(() => gate.waiting === 2, 'each instance looks at a login')
      gate.open()
      const refusals = (await Promise.all(logins)).filter(code => code !== undefined)
      assert.deepEqual(refusals, Array(19).fill('session.alreadyLoggedIn'))
      assert.equal((await city.strategy.directory.list('cem')).length, 1)
      await tab.until(({ user }) => user.id === 'cem', 'who logged in is shown')
      assert.deepEqual((await openBeside(city, tab)).user, describePerson('cem'))
    })

    test('a logout at one cuts the connections whose requests the other answered', async () => {
      const instances = [await city.startInstance()]
      const tabs = [await city.logIn('dee')]
      instances.push(await city.startInstance())
      await eventually(async () => {
        tabs.push(await openBeside(city, tabs[0] as Tab))
        return instances[1]?.did.includes('resume') === true
      }, 'a tab is in at the other')
      const [first, ...others] = tabs.reverse() as [Tab, ...Tab[]]
      await first.logout()
      await first.until(({ user }) => user.id === null, 'this tab is out')
      for (const tab of others) await isTold(tab, 'signed-out')
    })

    test('an instance that came later knows who is in: it cuts whom others put out', async () => {
      const first = await city.startInstance()
      const tab = await city.logIn('eli')
      await first.kill()
      await city.startInstance()
      await city.open() // Meanwhile, what the gateway asked because of the start is answered.
      const [session] = await city.strategy.directory.list('eli')
      await city.strategy.revoker.revoke(`${session?.id}`)
      await isTold(tab, 'revoked')
    })

    test('who logged in at one that died is watched by the others', async () => {
      const instances = [await city.startInstance(), await city.startInstance()]
      const tab = await city.logIn('zoe')
      const isHere = ({ did }: ServiceProcess) => did.includes('signed-in')
      await eventually(() => instances.some(isHere), 'one of them tells of it')
      await instances.find(isHere)?.kill()
      await city.strategy.revoker.revokeAll('zoe')
      await isTold(tab, 'revoked')
    })

    test('what a gateway asked an instance that died, it asks again', async () => {
      const first = await city.startInstance()
      const tabs: Tab[] = []
      for (let n = 0; n < 20; n++) tabs.push(await city.logIn(`fan-${n}`))
      const nats = await connectToNats({ servers: city.nats.url })
      let asked = 0
      nats.subscribe('get.session.user.*', { callback: () => void asked++ })
      await nats.flush()
      // Of what the gateway asks when the next one starts, it takes its share.
      first.freeze()
      await city.startInstance()
      await eventually(() => asked >= tabs.length, 'the gateway asks')
      await nats.close()
      await first.kill()
      for (let n = 0; n < 20; n++) await city.strategy.revoker.revokeAll(`fan-${n}`)
      for (const tab of tabs) await tab.until(({ user }) => user.id === null, 'the tab shows nobody')
    })

    test('who was put out while all instances were dead is told by the next', async () => {
      const first = await city.startInstance()
      const [fay, flo] = [await city.logIn('fay'), await city.logIn('flo')]
      await first.kill()
      await city.strategy.revoker.revokeAll('fay')
      await city.startInstance()
      await isTold(fay, 'revoked')
      await flo.renew()
      assert.deepEqual(flo.shown, [nobody, describePerson('flo')])
    })

    test('a sign-out everywhere on a web server of Express cuts the connections at once', async () => {
      await city.startInstance()
      await city.startInstance()
      const [gus, gil] = [await city.logIn('gus'), await city.logIn('gil')]
      const app = express().use(sessions({ strategy: city.strategy }))
      app.post('/', ({ session }, response) => {
        session.signIn('gus')
        session.signOut({ everywhere: true })
        response.end()
      })
      const server = app.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      assert.equal((await fetch(`http://127.0.0.1:${port}`, { method: 'POST' })).status, 200)
      server.close()
      server.closeAllConnections()
      await isTold(gus, 'revoked')
      await gil.renew()
      assert.deepEqual(gil.shown, [nobody, describePerson('gil')])
    })

    test('NATS is killed and comes back: so do the instances, and everybody, once the gateway is there', async () => {
      await city.startInstance()
      await city.startInstance()
      const tabs = await Promise.all(['hal', 'ida', 'joe'].map(name => city.logIn(name)))
      const watch = await connectToNats({ servers: city.nats.url })
      let tries = 0
      await city.nats.kill()
      for await (const { type } of watch.status()) if (type === 'reconnecting' && ++tries === 12) break
      await city.nats.restart()
      await Promise.all(city.gateways.map(gateway => gateway.restart()))
      for (const tab of tabs) {
        await tab.until(({ reconnects }) => reconnects > 0, 'the tab is back')
        await tab.renew()
        const { user, browser } = await openBeside(city, tab)
        assert.deepEqual(tab.user, user)
        for (const { id } of tab.shown) assert.ok(id === null || id === user.id)
        assert.ok(!browser.refusals.includes('session.invalidReloginKey'))
      }
      await city.strategy.revoker.revokeAll('hal')
      await isTold(tabs[0] as Tab, 'revoked')
      await watch.close()
    })
  })
}

/** Another tab of the same browser. */
const openBeside = (city: City, { browser }: Tab) => city.open(city.gateways[0], browser)

/** The page shows nobody any more, and knows why. */
async function isTold(tab: Tab, reason: string): Promise<void> {
  await tab.until(({ user, reasons }) => user.id === null && reasons.length > 0, `the tab is told: ${reason}`)
  assert.deepEqual(tab.reasons, [reason])
}

/** An instance in this process, whose passwords are looked up when the gate is open. */
async function openHere(city: City, gate: Gate): Promise<void> {
  const { store, strategy } = await city.use(openPlace(city.place.url))
  const nats = await connectToNats({ servers: city.nats.url })
  const service = createSessionService({
    ...people,
    ...{ nats, connections: store, strategy },
    async findUserByPassword(username, password) {
      await gate.pass()
      return people.findUserByPassword(username, password)
    },
  })
  await service.start()
  await city.use(
    Promise.resolve({
      async [Symbol.asyncDispose]() {
        await service.close()
        await nats.close()
      },
    }),
  )
}
