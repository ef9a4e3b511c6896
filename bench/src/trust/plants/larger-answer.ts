import type { Plant } from '../plant.ts'

export const extraBytes = 100
const name = 'x-planted'

/** Each answer has a header of so many bytes more. */
export const plant: Plant = host => ({
  ...host,
  async mount(app, world) {
    const value = 'x'.repeat(extraBytes - `${name}: \r\n`.length)
    app.use((_req, res, next) => {
      res.setHeader(name, value)
      next()
    })
    await host.mount(app, world)
  },
})
