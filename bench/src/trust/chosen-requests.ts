import type { Express, Request } from 'express'

export const chosenOneIn = 500

/** Of the requests for these paths, each 500th. To be called before anything else is mounted. */
export function chooseRequests(app: Express, paths: string[]): WeakSet<Request> {
  const chosen = new WeakSet<Request>()
  let count = 0
  app.use(paths, (req, _res, next) => {
    count++
    if (count % chosenOneIn === 0) chosen.add(req)
    next()
  })
  return chosen
}
