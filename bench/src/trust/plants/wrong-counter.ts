import type { Request } from 'express'
import { chooseRequests } from '../chosen-requests.ts'
import type { Plant } from '../plant.ts'

/** One request in 500 gets other data than its own, and what it writes is lost. */
export const plant: Plant = host => {
  let chosen: WeakSet<Request>
  return {
    ...host,
    async mount(app, world) {
      chosen = chooseRequests(app, ['/read', '/write'])
      await host.mount(app, world)
    },
    dataOf: req => (chosen.has(req) ? { counter: 1_000_000 } : host.dataOf(req)),
  }
}
