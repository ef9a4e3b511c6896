import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  type Browser,
  eventually,
  findResgate,
  launchChromium,
  provideRedis,
  startGateway,
  startNats,
} from '@sojourn/testbed'
import { PartProcess } from './part-process.fixture.ts'
import { Person } from './person.fixture.ts'
import { sessionReady } from './stage.fixture.ts'

const kind = findResgate() === null ? 'the peer' : 'a real Resgate'
const ready = /127\.0\.0\.1:\d+\n(.*\n)*.*Ctrl-C/

describe(`npm run dev, with ${kind}`, { timeout: 180_000 }, () => {
  let browser: Browser
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-resgate-'))
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    await rm(folder, { recursive: true })
  })

  const env = { REDIS_URL: '', STORE: '', PORT: '0', RESGATE_URL: '' }

  test('without a gateway, says how to get it, serves the page, and ends cleanly', async () => {
    await using nats = await startNats()
    await using dev = await PartProcess.start('main.ts', ready, {
      ...env,
      ...{ DATA_FOLDER: folder, NATS_URL: nats.url, RESGATE: '', PATH: dirname(process.execPath) },
    })
    await dev.says(/^Session service: /m)
    await dev.says(/^Ticker service: /m)
    assert.match(dev.log.join('\n'), /There is no resgate on this machine/)
    assert.ok(dev.log.includes(`And start it: resgate --nats ${nats.url} --addr 127.0.0.1 --port 8080`))
    assert.match(await (await fetch(dev.url)).text(), /data-gateway-url="ws:\/\/127\.0\.0\.1:8080"/)
    assert.equal(await dev.end('SIGINT'), 0)
    await assert.rejects(fetch(dev.url))
    for (const [, pid] of dev.log.join('\n').matchAll(/service: process (\d+)/g)) {
      assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' })
    }
  })

  for (const [place, more] of [
    ['LevelDB', () => ({ STORE: 'level' })],
    ['Redis', (redis: { url: string }) => ({ REDIS_URL: redis.url })],
  ] as const) {
    test(`sessions in ${place}: a gateway appears, the session service is killed and started by hand`, async () => {
      await using redis = await provideRedis()
      await using nats = await startNats()
      await using gateway = await startGateway(nats.url)
      await gateway.kill()
      const same = { ...env, ...more(redis), DATA_FOLDER: folder }
      const urls = { NATS_URL: nats.url, RESGATE_URL: gateway.url }
      await using dev = await PartProcess.start('main.ts', ready, { ...same, ...urls })
      await dev.says(new RegExp(`Session service: process \\d+\\. Sessions: ${place}`))
      await dev.says(/^The gateway does not answer at /m)
      await using person = await Person.arrive(browser, { baseURL: dev.url })
      const { tab } = person
      await tab.says('Waiting for the gateway')
      await gateway.restart()
      await tab.says('You are not signed in')
      const { session } = await tab.signIn('alice')

      const [, pid] = /Session service: process (\d+)/.exec(dev.log.join('\n')) ?? []
      process.kill(Number(pid), 'SIGKILL')
      await dev.says(/The session service has ended\. Start it again, .*\n.*npm run dev:session/)
      const command = dev.log.find(line => line.endsWith('npm run dev:session -w demo-resgate')) ?? ''
      const told = Object.fromEntries(
        [...command.matchAll(/(\w+)=(\S*)/g)].map(([, name, value]) => [name, value]),
      )
      await tab.page.reload()
      await tab.says('Waiting for the session service')
      await using _byHand = await PartProcess.start('session-service.ts', sessionReady, { ...same, ...told })
      await tab.isKnownAs('alice')
      assert.equal((await tab.key())?.session, session)
      assert.equal(await dev.end('SIGTERM'), 0)
    })
  }

  if (findResgate() !== null) {
    test('Resgate ends itself when NATS is gone: it is said, and Resgate is started again', async () => {
      await using nats = await startNats()
      await using dev = await PartProcess.start('main.ts', ready, {
        ...env,
        ...{ DATA_FOLDER: folder, NATS_URL: nats.url },
      })
      await using person = await Person.arrive(browser, { baseURL: dev.url })
      await person.tab.signIn('alice')
      await nats.kill()
      await dev.says(
        /^The gateway does not answer at .* Resgate ends itself when it loses NATS\. Starting it again\./m,
      )
      await person.tab.says('You are still signed in.')
      await nats.restart()
      await dev.says(/^The gateway answers at /m)
      await person.tab.isKnownAs('alice')
      await eventually(async () => (await person.tab.key()) !== null)
      assert.equal(await dev.end('SIGTERM'), 0)
    })
  }
})
