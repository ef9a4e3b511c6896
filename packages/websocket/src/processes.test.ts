import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { provideRedis } from '@sojourn/testbed'
import { Client, type Message } from './client.fixture.ts'
import { type ServerProcess, startProcess } from './process.fixture.ts'

const places = {
  async SQLite() {
    const folder = await mkdtemp(join(tmpdir(), 'sojourn-websocket-'))
    return { store: join(folder, 'sessions.db'), clean: () => rm(folder, { recursive: true }) }
  },
  async Redis() {
    const server = await provideRedis()
    return { store: server.url, clean: async () => server[Symbol.asyncDispose]() }
  },
}

for (const [name, provide] of Object.entries(places)) {
  suite(`two processes on ${name}`, () => {
    let processes: ServerProcess[] = []
    let clean = async () => {}
    const clients: Client[] = []
    const open = (at: 0 | 1) => {
      const client = new Client(processes[at]?.url ?? '')
      clients.push(client)
      return client
    }

    before(async () => {
      const place = await provide()
      clean = place.clean
      // One after the other: both would create the tables.
      processes = [await startProcess(place.store), await startProcess(place.store)]
    })
    after(async () => {
      for (const { socket } of clients) socket.terminate()
      await Promise.all(processes.map(process => process[Symbol.asyncDispose]()))
      await clean()
    })

    const signIn = async (at: 0 | 1) => {
      const client = open(at)
      await client.present()
      await client.ask('sign-in', 'ada')
      return client
    }

    const isChange = (note: string) => (message: Message) =>
      message[0] === 'tell' && message[1] === 'changed' && message[2].note === note

    test('what one saves, the other’s connections are told', async () => {
      const ada = await signIn(0)
      const tab = open(1)
      await tab.present(ada.credential)
      await ada.ask('put', 'milk')
      await tab.next(isChange('milk'))
      assert.deepEqual(await tab.ask('data'), { note: 'milk' })
      await tab.ask('put', 'tea')
      await ada.next(isChange('tea'))
    })

    test('a ticket of one takes a socket to the other: once', async () => {
      const ada = await signIn(0)
      const ticket = await ada.ask('ticket')
      const [first, second] = [open(1), open(0)]
      assert.equal((await first.ticket(ticket)).userId, 'ada')
      assert.equal((await second.ticket(ticket)).refused, 'unknown')
    })

    test('a sign-out at one closes the other’s connections', async () => {
      const ada = await signIn(0)
      const tab = open(1)
      await tab.present(ada.credential)
      await ada.ask('sign-out')
      assert.deepEqual(await tab.whenClosed(), [4401, 'revoked'])
    })

    test('a sign-in at one puts out who is at the other', async () => {
      const ada = open(0)
      await ada.present()
      await ada.ask('put', 'milk')
      const mallory = open(1)
      await mallory.present(ada.credential)
      await ada.present(mallory.credential)
      await ada.ask('sign-in', 'ada')
      assert.deepEqual(await mallory.whenClosed(), [4409, 'signed in'])
      assert.deepEqual(await ada.ask('data'), { note: 'milk' })
    })

    test('a spent key at one ends the session at the other', async () => {
      const ada = await signIn(0)
      const copy = ada.credential
      await ada.present(`${copy}.ada`)
      const thief = open(1)
      assert.equal((await thief.present(`${copy}.thief`)).refused, 'reuse')
      assert.equal((await ada.whenClosed())[0], 4401)
    })
  })
}
