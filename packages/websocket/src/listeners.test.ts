import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually } from '@sojourn/conformance'
import type { Connection } from './connection.ts'
import { openSite, type Site } from './site.fixture.ts'

const first = (site: Site) => [...site.sockets.connections][0] as unknown as Connection

suite('onChanged', () => {
  test('ends with the session: a switch leaves no listener behind', async () => {
    await using site = await openSite({
      onOpen(connection) {
        connection.onChanged(() => void connection.tell('changed', connection.session.note))
      },
    })
    const ada = site.client()
    for (let times = 0; times < 5; times++) await ada.present(null)
    await ada.ask('put', 'note', 'milk')
    await ada.ask('who')
    assert.deepEqual(
      ada.received.filter(([kind]) => kind === 'tell'),
      [['tell', 'changed', 'milk']],
    )
  })

  test('goes on where a switch fails', async () => {
    let isFull = false
    let told = 0
    await using site = await openSite({
      onOpen(connection) {
        connection.onChanged(() => void told++)
        if (isFull) throw new Error('full')
      },
    })
    const ada = site.client()
    await ada.present()
    isFull = true
    await assert.rejects(ada.present(null), { code: 'internal' })
    await ada.ask('put', 'note', 'milk')
    await ada.ask('who')
    assert.equal(told, 1)
  })

  test('stops one listener, once, though the same function is there twice', async () => {
    await using site = await openSite()
    const ada = site.client()
    await ada.present()
    let told = 0
    const listener = () => void told++
    const stop = first(site).onChanged(listener)
    first(site).onChanged(listener)
    stop()
    stop()
    await ada.ask('put', 'note', 'milk')
    await ada.ask('who')
    assert.equal(told, 1)
  })
})

suite('onClosed', () => {
  test('tells all, though one stops itself', async () => {
    await using site = await openSite()
    const ada = site.client()
    await ada.present()
    const told: string[] = []
    const stop = first(site).onClosed(() => {
      told.push('first')
      stop()
    })
    first(site).onClosed(() => void told.push('second'))
    const stopThird = first(site).onClosed(() => void told.push('third'))
    stopThird()
    await ada.close()
    await eventually(() => site.sockets.connections.size === 0, 'the end')
    assert.deepEqual(told, ['first', 'second'])
  })

  test('tells who comes late, once', async () => {
    await using site = await openSite()
    const ada = site.client()
    await ada.present()
    const connection = first(site)
    connection.close(4000, 'enough')
    const told: unknown[] = []
    connection.onClosed((code, reason) => void told.push([code, reason]))
    connection.onClosed((code, reason) => void told.push([code, reason]))()
    await ada.whenClosed()
    assert.deepEqual(told, [[4000, 'enough']])
  })
})

suite('tell', () => {
  test('throws what JSON cannot carry to who says it, in onOpen, too', async () => {
    await using site = await openSite({ onOpen: connection => void connection.tell('big', 1n) })
    const ada = site.client()
    await assert.rejects(ada.present(), { code: 'internal' })
    assert.match(String(site.errors[0]), /TypeError: .*BigInt/)
    assert.equal(site.sockets.connections.size, 1)
  })
})

suite('close', () => {
  test('refuses a code or a reason that no frame carries, and closes nothing', async () => {
    await using site = await openSite()
    const ada = site.client()
    await ada.present()
    const connection = first(site)
    for (const code of [0, 999, 1001, 1006, 2999, 5000, 4000.5, Number.NaN]) {
      assert.throws(() => connection.close(code), { name: 'SessionError', code: 'invalid_option' })
    }
    assert.throws(() => connection.close(4000, 'é'.repeat(62)), { code: 'invalid_option' })
    assert.equal(await ada.ask('who'), null)
    connection.close(4000, `${'é'.repeat(61)}.`)
    assert.deepEqual(await ada.whenClosed(), [4000, `${'é'.repeat(61)}.`])
    assert.equal(site.sockets.connections.size, 0)
  })

  test('by the application takes no session: what its answer changed is saved', async () => {
    await using site = await openSite()
    site.sockets.answer('put and close', connection => {
      connection.session.note = 'tea'
      connection.close(4401)
    })
    const ada = site.client()
    await ada.present()
    await ada.ask('put', 'note', 'milk')
    await ada.send('tell', 'put and close')
    await ada.whenClosed()
    await eventually(() => site.store.writes === 2, 'the save')
  })
})
