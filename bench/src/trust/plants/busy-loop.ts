import { burn } from '../burn.ts'
import type { Plant } from '../plant.ts'

export const busyMicros = 100

/** So much processor time for each page. */
export const plant: Plant = host => ({
  ...host,
  userOf(req) {
    burn(busyMicros)
    return host.userOf(req)
  },
})
