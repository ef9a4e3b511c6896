import type { Plant } from '../plant.ts'

export const delayMs = 100

/** Each answer is so late, which costs nobody any processor time. */
export const plant: Plant = host => ({
  ...host,
  async mount(app, world) {
    app.use((_req, _res, next) => void setTimeout(next, delayMs))
    await host.mount(app, world)
  },
})
