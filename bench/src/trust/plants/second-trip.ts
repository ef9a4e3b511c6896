import { createClient } from 'redis'
import type { Plant } from '../plant.ts'

/** In front of each request, one more question to the store: only over Redis. */
export const plant: Plant = host => ({
  ...host,
  async mount(app, world) {
    const client = await createClient({ url: world.store }).connect()
    app.use(async (_req, _res, next) => {
      await client.get('planted')
      next()
    })
    await host.mount(app, world)
  },
})
