import type { Device } from './device.ts'

export type Theme = 'light' | 'dark'

declare module '@sojourn/core' {
  interface SessionData {
    /** Absent: as the visitor's system has it. */
    theme: Theme
    count: number
    device: Device
  }
}
