import { plantedName } from '../contenders.ts'
import { measureRestart } from '../restart.ts'
import { percent } from '../restart-report.ts'
import { readsExactly } from './reading.ts'
import type { Check } from './stand.ts'

const clients = 1000

export const lostSessions: Check = {
  name: 'lost sessions',
  async read() {
    const row = await measureRestart(
      plantedName('database-sqlite', 'lost-sessions'),
      'server-killed',
      clients,
    )
    return [
      readsExactly('3 % of 1,000 sessions lost at a restart: still signed in', 970, row.stillSignedIn),
      readsExactly('the same, as the table has it', '97 %', percent(row)),
    ]
  },
}

export const lostWrites: Check = {
  name: 'lost writes',
  async read() {
    const row = await measureRestart(plantedName('database-sqlite', 'lost-writes'), 'server-killed', clients)
    return [
      readsExactly('1 write of 50 lost at a restart: of 1,000', 20, row.acknowledgedWritesLost),
      readsExactly('the same: still signed in', clients, row.stillSignedIn),
    ]
  },
}

export const wrongUsers: Check = {
  name: 'wrong users after a restart',
  async read() {
    const row = await measureRestart(plantedName('database-sqlite', 'swapped-user'), 'server-killed', clients)
    return [readsExactly('another user in 1 page of 500 after a restart: of 1,000', 2, row.wrongUser)]
  },
}
