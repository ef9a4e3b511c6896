import { plantedName } from '../contenders.ts'
import { countRoundTrips } from '../round-trips.ts'
import { type Scenario, scenarios } from '../throughput.ts'
import { readsExactly } from './reading.ts'
import type { Check } from './stand.ts'

const [read] = scenarios as [Scenario]
const sessionBytes = 200

/**
 * Sojourn over Redis asks once for a page, and twice with the one that is planted. Rounded down: on a slow machine, pings
 * come between.
 */
export const secondTrip: Check = {
  name: 'a second trip',
  async read({ places }) {
    const countTrips = async (contender: Parameters<typeof countRoundTrips>[0]) => {
      const address = await places.addressFor(contender)
      const trips = await countRoundTrips(contender, address, read, sessionBytes)
      return Math.floor(Number(trips.storeRoundTrips))
    }
    return [
      readsExactly('nothing: trips to Redis for each page', 1, await countTrips('redis')),
      readsExactly('one trip more: trips', 2, await countTrips(plantedName('redis', 'second-trip'))),
    ]
  },
}
