import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { ExpiryQueue } from './expiry-queue.ts'

suite('expiry queue', () => {
  test('hands over what is due, to the second, and keeps the rest', async () => {
    const times = fc.array(fc.nat(20_000), { maxLength: 50 })
    await fc.assert(
      fc.asyncProperty(times, fc.nat(20_000), async (expiries, now) => {
        const queue = new ExpiryQueue()
        expiries.forEach((expiresAt, id) => void queue.add(`${id}`, expiresAt, 0))
        const isDue = (expiresAt: number) => Math.ceil(expiresAt / 1000) * 1000 <= now
        const taken = await takeDue(queue, now)
        assert.deepEqual(taken.sort(), idsOf(expiries, isDue))
        assert.deepEqual(
          (await takeDue(queue, 21_000)).sort(),
          idsOf(expiries, expiresAt => !isDue(expiresAt)),
        )
        assert.ok(queue.isEmpty)
      }),
    )
  })

  test('hands over the oldest first', async () => {
    const queue = new ExpiryQueue()
    for (const expiresAt of [3000, 1000, 2000]) queue.add(`${expiresAt}`, expiresAt, 0)
    assert.deepEqual(await takeDue(queue, 3000), ['1000', '2000', '3000'])
  })

  test('knows the first, whatever comes and goes', () => {
    const queue = new ExpiryQueue()
    assert.equal(queue.first(), undefined)
    const late = queue.add('late', 9000, 0)
    const early = queue.add('early', 2000, 0)
    assert.equal(queue.first(), 'early')
    queue.remove('early', early)
    assert.equal(queue.first(), 'late')
    const earlier = queue.add('earlier', 1000, 0)
    assert.equal(queue.first(), 'earlier')
    queue.remove('earlier', earlier)
    queue.remove('late', late)
    assert.equal(queue.first(), undefined)
  })

  test('forgets what was removed, and minds no removal of what is not there', async () => {
    const queue = new ExpiryQueue()
    const bucket = queue.add('a', 1000, 0)
    queue.remove('b', bucket)
    queue.remove('a', bucket + 1)
    assert.equal(queue.first(), 'a')
    queue.remove('a', bucket)
    queue.remove('a', bucket)
    assert.deepEqual(await takeDue(queue, 9000), [])
    assert.equal(queue.isEmpty, true)
  })

  test('looks at what is far off by the hour, so that years of sessions are few buckets', async () => {
    const queue = new ExpiryQueue()
    const times = Array.from({ length: 50_000 }, (_, id) => queue.add(`${id}`, id * 60_000, 0))
    assert.ok(new Set(times).size < 120 + 50_000 / 60 + 1)
    const hour = 3_600_000
    queue.add('far', 10_000 * hour + 1500, 0)
    await takeDue(queue, 9999 * hour)
    assert.deepEqual(await takeDue(queue, 10_000 * hour - 1), [])
    assert.deepEqual(await takeDue(queue, 10_000 * hour), ['far'])
    queue.add('far', 10_000 * hour + 1500, 10_000 * hour)
    assert.deepEqual(await takeDue(queue, 10_000 * hour + 1999), [])
    assert.deepEqual(await takeDue(queue, 10_000 * hour + 2000), ['far'])
  })

  test('lets others run in between', async () => {
    const queue = new ExpiryQueue()
    for (let id = 0; id < 2000; id++) queue.add(`${id}`, 1000, 0)
    let taken = 0
    const done = queue.takeDue(1000, () => void taken++)
    const seen: number[] = []
    while (taken < 2000) {
      seen.push(taken)
      await setImmediate()
    }
    await done
    assert.ok(seen.length >= 7, `looked up only ${seen.length} times`)
    for (const [turn, count] of seen.entries()) assert.ok(count - (seen[turn - 1] ?? 0) <= 250)
  })
})

async function takeDue(queue: ExpiryQueue, now: number): Promise<string[]> {
  const taken: string[] = []
  await queue.takeDue(now, id => void taken.push(id))
  return taken
}

const idsOf = (expiries: number[], which: (expiresAt: number) => boolean) =>
  expiries.flatMap((expiresAt, id) => (which(expiresAt) ? [`${id}`] : [])).sort()
