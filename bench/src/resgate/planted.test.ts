import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Gateway, startGateway, startNats } from '@sojourn/testbed'
import { measureResgate } from './costs.ts'
import { type PagesProcess, startPages } from './crowd-process.ts'
import { type ResgateLoadProcess, startResgateLoadProcess } from './load-process.ts'
import { PlantedService } from './planted.fixture.ts'
import { startWitness } from './witness.ts'

let nats: Awaited<ReturnType<typeof startNats>>
let loader: ResgateLoadProcess
before(async () => {
  nats = await startNats()
  loader = startResgateLoadProcess()
})
after(async () => {
  await loader.kill()
  await nats[Symbol.asyncDispose]()
})

test('a right answer is a figure; another order or user, a key that stays, or a lost session fails the run', async () => {
  await using service = await PlantedService.start(nats.url)
  const everybody = Array.from({ length: 10_000 }, (_, index) => index + 1)
  const measure = async () => {
    // One that failed leaves its connections behind.
    await loader.load({ do: 'open', nats: nats.url, count: 1 })
    await loader.load({ do: 'close', nats: nats.url })
    const effort = { rounds: 1, seconds: 0.05, warmUp: 1, concurrency: 8, sessions: 8 }
    return measureResgate([service.process], loader, effort, () => {})
  }
  const [relogins, logins] = await measure()
  assert.deepEqual([relogins?.act, logins?.act], ['relogin', 'login'])
  assert.ok(relogins && relogins.perSecond.min > 0 && logins && logins.perSecond.min > 0)

  service.rotates = false
  await assert.rejects(measure, /resgate-none, relogin: user \d+ was told .*"reloginKey":"\d+\.0"/)
  service.rotates = true
  for (const order of [
    ['change', 'token', 'answer'],
    ['token', 'answer', 'change'],
    ['token', 'answer'],
  ]) {
    service.order = order as typeof service.order
    await assert.rejects(loader.load({ do: 'open', nats: nats.url, count: 1 }), /open: user \d+ was told/)
  }
  service.order = ['token', 'change', 'answer']
  for (const step of ['token', 'change', 'stray'] as const) {
    await loader.load({ do: 'open', nats: nats.url, count: 1 })
    for (const id of everybody) service.mistaken.set(id, step)
    await assert.rejects(measure, /a connection of user \d+ was told that it is user \d+/)
    service.mistaken.clear()
    await loader.load({ do: 'close', nats: nats.url })
  }
  await measure()
  await loader.load({ do: 'open', nats: nats.url, count: 1 })
  for (const id of everybody) service.forgotten.add(id)
  const presented = loader.load({ do: 'relogin', nats: nats.url, seconds: 0, concurrency: 1 })
  await assert.rejects(presented, /user \d+ was told \[\["answer",\{"error":.*invalidReloginKey/)
})

for (const page of ['ours', 'classic'] as const) {
  test(`who lost a session, and who was taken for another, is counted at its size (${page})`, async () => {
    await using bus = await startNats()
    await using service = await PlantedService.start(bus.url)
    await using gateway: Gateway = await startGateway(bus.url)
    await using _witness = await startWitness(bus.url)
    const pages: PagesProcess = startPages()
    const count = (since: number) => pages.ask({ do: 'count', since, patienceMs: 20_000 })
    try {
      await pages.ask({ do: 'gather', url: gateway.url, page, count: 10, renewMs: 60_000 })
      const early = await pages.ask({ do: 'count', since: Date.now() + 60_000, patienceMs: 0 })
      assert.equal(early.stillSignedIn, 0, 'who was given no key since does not count')
      for (const id of [1, 2, 3]) service.forgotten.add(id)
      service.stumbling.add(4)
      const struckAt = Date.now()
      await gateway.restart()
      const { firstActiveAt, lastActiveAt, ...counts } = await count(struckAt)
      const stillSignedIn = page === 'ours' ? 7 : 6 // the classic page gives up on any error
      const nothing = { acknowledgedWritesLost: 0, wrongUser: 0, unanswered: 0 }
      assert.deepEqual(counts, { stillSignedIn, ...nothing })
      assert.ok(firstActiveAt && lastActiveAt && struckAt <= firstActiveAt && firstActiveAt <= lastActiveAt)
      const [first, retry] = service.presented.get(4) as { attempt?: string }[]
      if (page === 'classic') assert.deepEqual([first?.attempt, retry], [undefined, undefined])
      else assert.ok(first?.attempt && retry?.attempt === first.attempt, JSON.stringify([first, retry]))

      service.mistake(5, 6, 'token')
      service.mistake(7, 8, 'change')
      let told = await count(struckAt)
      for (const end = Date.now() + 20_000; told.wrongUser < 2 && Date.now() < end; )
        told = await count(struckAt)
      assert.deepEqual([told.stillSignedIn, told.wrongUser], [stillSignedIn - 1, 2])
    } finally {
      await pages.kill()
    }
  })
}
