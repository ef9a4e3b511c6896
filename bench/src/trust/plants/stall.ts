import type { Plant } from '../plant.ts'

export const stallMs = 500
const betweenMs = 1000
/** So many requests come while it stands still, if they come evenly. */
export const stalledShare = stallMs / (stallMs + betweenMs)

/** The server stands still, again and again. */
export const plant: Plant = host => ({
  ...host,
  async mount(app, world) {
    const never = new Int32Array(new SharedArrayBuffer(4))
    const stall = () => {
      Atomics.wait(never, 0, 0, stallMs)
      setTimeout(stall, betweenMs)
    }
    setTimeout(stall, betweenMs)
    await host.mount(app, world)
  },
})
