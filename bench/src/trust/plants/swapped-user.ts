import type { Request } from 'express'
import { chooseRequests } from '../chosen-requests.ts'
import type { Plant } from '../plant.ts'

/** One page in 500 names another user. */
export const plant: Plant = host => {
  let chosen: WeakSet<Request>
  return {
    ...host,
    async mount(app, world) {
      chosen = chooseRequests(app, ['/read'])
      await host.mount(app, world)
    },
    userOf: req => (chosen.has(req) ? 'mallory' : host.userOf(req)),
  }
}
