import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Connection } from './connection.ts'

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
const wrongPassword = new Error('WRONGPASS invalid username-password pair')
const never = () => new Promise<unknown>(() => {})

suite('who asks while the connection is not ready', { concurrency: 1 }, () => {
  test('waits for a second, and is told then what is wrong; those after it, at once', async t => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const connection = new Connection('redis.test:6379')
    let told: unknown
    const asking = connection.ask(never).catch(error => {
      told = error
    })
    connection.fail(refused)
    t.mock.timers.tick(999)
    await Promise.resolve()
    assert.equal(told, undefined)
    t.mock.timers.tick(1)
    await asking
    assert.match(`${told}`, /Nothing listens at redis.test:6379 \(ECONNREFUSED\)/)
    await assert.rejects(connection.ask(never), /ECONNREFUSED/)
  })

  test('is told at once that Redis refuses us', async t => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const connection = new Connection('redis.test:6379')
    const asking = connection.ask(never)
    connection.fail(wrongPassword)
    await assert.rejects(asking, /refuses the user and password \(WRONGPASS\)/)
    await assert.rejects(connection.ask(never), /WRONGPASS/)
  })

  test('is told that there is no answer, where there is not even a refusal', async t => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const asking = new Connection('redis.test:6379').ask(never)
    t.mock.timers.tick(1000)
    await assert.rejects(asking, /redis.test:6379 cannot be reached \(no answer\)/)
  })

  test('waits again, once it has been ready in between', async t => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const connection = new Connection('redis.test:6379')
    connection.fail(wrongPassword)
    connection.ready()
    connection.fail(refused)
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const asking = connection.ask(() => promise)
    t.mock.timers.tick(999)
    connection.ready()
    t.mock.timers.tick(1000)
    resolve('answer')
    assert.equal(await asking, 'answer')
  })

  test('has the answer of Redis, whatever it is', async () => {
    const connection = new Connection('redis.test:6379')
    connection.fail(refused)
    connection.ready()
    assert.equal(await connection.ask(async () => 'answer'), 'answer')
    await assert.rejects(
      connection.ask(() => Promise.reject(new Error('NOSCRIPT no such script'))),
      /^Error: NOSCRIPT/,
    )
  })
})
