import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { eventually } from '@sojourn/testbed'
import type { ClientStorage } from './index.ts'
import { createProfile, openSite, signedIn } from './site.fixture.ts'
import { createTime } from './time.fixture.ts'

/** Runs a page of script, with the WebSocket of Node.js itself, until it ends by itself. */
async function run(url: string, script: string): Promise<string> {
  const page = `
    import { createClient } from '${join(import.meta.dirname, 'index.ts')}'
    const client = createClient({ url: '${url}' })
    ${script}`
  const args = ['--conditions=source', '--input-type=module', '--eval', page]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 })
  return stdout.trim()
}

suite('a client that is closed', () => {
  test('leaves nothing that keeps Node.js from ending', async () => {
    await using site = await openSite()
    const used = `
      await client.ask('sign-in', 'alice')
      await client.renew()
      console.log(client.state.userId, await client.ask('who'))
      client.close()`
    assert.equal(await run(site.url, used), 'alice alice')
    assert.equal(await run(site.url, `client.close(); console.log('closed')`), 'closed')
    const nowhere = 'ws://127.0.0.1:1'
    const tried = `client.ready.catch(error => console.log(error.code)); setTimeout(() => client.close(), 300)`
    assert.equal(await run(nowhere, tried), 'closed')
  })

  test('leaves no timer and no socket, and refuses what is asked', async () => {
    const time = createTime()
    await using site = await openSite()
    const events = new EventTarget()
    const profile = createProfile()
    const tab = site.open(profile, { ...time, events })
    await tab.client.ask('sign-in', 'alice')
    const asked = tab.client.ask('wait')
    tab.client.close()
    await assert.rejects(asked, { code: 'closed' })
    await assert.rejects(tab.client.ask('who'), { code: 'closed' })
    assert.deepEqual(time.pending, [])
    events.dispatchEvent(new Event('online'))
    assert.deepEqual(time.pending, [])
    assert.equal(tab.wire.made, 1)
    await navigator.locks.request(profile.name, async () => {})
  })

  test('lets go of the lock when it is closed in the middle of a presentation', async () => {
    const time = createTime()
    await using site = await openSite()
    const profile = createProfile()
    const { client, wire } = site.open(profile, time)
    await client.ask('sign-in', 'alice')
    wire.onReceive = ([kind]) => kind === 'presented'
    const renewed = client.renew()
    await eventually(() => wire.received.filter(([kind]) => kind === 'presented').length === 2)
    client.close()
    await renewed.catch(() => {})
    await navigator.locks.request(profile.name, async () => {})
    assert.deepEqual(time.pending, [])
  })

  test('stays closed when a listener closed it, whatever was under way', async () => {
    for (const when of ['connecting', 'anonymous'] as const) {
      await using site = await openSite()
      const profile = createProfile()
      const tab = await signedIn(site.open(profile))
      const other = site.open(profile)
      await other.is('active', 'alice')
      let after = 0
      tab.client.onState(({ name }) => {
        if (name === when) tab.client.close()
        else after++
      })
      if (when === 'connecting') tab.wire.cut()
      else await other.client.ask('sign-out')
      await tab.is(when)
      for (let turn = 0; turn < 50; turn++) await setImmediate()
      assert.equal(tab.wire.made, 1)
      assert.equal(tab.client.state.name, when)
      assert.equal(after, 0)
    }
  })

  test('stays closed when it was closed while it looked into the end of its session', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const looks: (() => void)[] = []
    let isSlow = false
    const storage: ClientStorage = {
      async read(name) {
        if (isSlow) await new Promise<void>(resolve => looks.push(resolve))
        return profile.storage.read(name)
      },
      write: (name, text) => profile.storage.write(name, text),
    }
    const tab = await signedIn(site.open(profile, { storage }))
    isSlow = true
    await site.strategy.revoker?.revokeAll('alice')
    await eventually(() => looks.length === 1)
    tab.client.close()
    isSlow = false
    for (const look of looks) look()
    for (let turn = 0; turn < 50; turn++) await setImmediate()
    assert.equal(tab.wire.made, 1)
    assert.equal(tab.wire.open, 0)
    assert.deepEqual(tab.states.at(-1), { name: 'active', userId: 'alice' }, 'nothing is heard after close()')
  })
})
