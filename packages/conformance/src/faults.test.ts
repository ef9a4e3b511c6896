import { SessionError, type SessionRecord } from '@sojourn/core'
import { type Broken, testBroken } from './broken.ts'
import { type FaultHarness, faultLaws, testFaults } from './faults.ts'
import { ReferenceServer, RemoteStore, referenceFaults } from './reference-server.ts'

testFaults('reference', referenceFaults())

const broken: readonly Broken<FaultHarness>[] = [
  {
    name: 'never tries again',
    breaks: [
      'a server that is down at the start is used once it is there',
      'a server that hangs keeps nobody waiting, and is used once it goes on',
      'connections that are cut are made anew',
      'connections that fall silent keep nobody waiting, and are made anew',
    ],
    harness: referenceFaults(server => {
      let isBroken = false
      return new (class extends RemoteStore {
        override async read(id: string) {
          if (server.state !== 'up') isBroken = true
          if (isBroken) throw new Error('connection closed')
          return super.read(id)
        }
        override async write(next: SessionRecord) {
          if (server.state !== 'up') isBroken = true
          if (isBroken) throw new Error('connection closed')
          return super.write(next)
        }
      })(server)
    }),
  },
  {
    name: 'answers before the server does',
    breaks: [
      'a server that is down at the start is used once it is there',
      'a server that hangs keeps nobody waiting, and is used once it goes on',
      'connections that fall silent keep nobody waiting, and are made anew',
    ],
    harness: referenceFaults(
      server =>
        new (class extends RemoteStore {
          override async write(next: SessionRecord) {
            server.records.set(next.id, next)
            return true
          }
        })(server),
    ),
  },
  {
    name: 'takes a server that is down for one that has nothing',
    breaks: [
      'a server that hangs keeps nobody waiting, and is used once it goes on',
      'connections that are cut are made anew',
    ],
    harness: referenceFaults(
      server =>
        new (class extends RemoteStore {
          override async read(id: string) {
            return server.state === 'up' ? super.read(id) : null
          }
        })(server),
    ),
  },
  {
    name: 'has codes of its own',
    breaks: [
      'a server that is down at the start is used once it is there',
      'a server that dies under load loses nothing that it acknowledged',
    ],
    harness: referenceFaults(
      server =>
        new (class extends RemoteStore {
          override async write(next: SessionRecord) {
            if (server.state === 'down') throw new SessionError('conflict', 'down')
            return super.write(next)
          }
        })(server),
    ),
  },
  {
    name: 'forgets what it acknowledged',
    breaks: ['a server that dies under load loses nothing that it acknowledged'],
    harness: referenceFaults(
      undefined,
      () =>
        new (class extends ReferenceServer {
          override async kill() {
            this.records.clear()
            await super.kill()
          }
        })(),
    ),
  },
  {
    name: 'tells nobody else',
    breaks: ['removals are told in other processes, also after the server was restarted'],
    harness: referenceFaults(
      server =>
        new (class extends RemoteStore {
          override async remove(id: string) {
            server.records.delete(id)
          }
        })(server),
    ),
  },
  {
    name: 'tells nobody after a restart',
    breaks: ['removals are told in other processes, also after the server was restarted'],
    harness: referenceFaults(
      undefined,
      () =>
        new (class extends ReferenceServer {
          override async restart() {
            this.told.removeAllListeners()
            await super.restart()
          }
        })(),
    ),
  },
]

testBroken('broken stores with a server', broken, harness => faultLaws(harness, { patienceMs: 300 }), {
  concurrency: true,
})
