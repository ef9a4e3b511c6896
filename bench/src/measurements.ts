import { faultNames } from './faults.ts'
import { resgateFaultNames } from './resgate/faults.ts'
import { socketFaultNames } from './sockets/faults.ts'

export const quickMeasurements = [
  'read',
  'write',
  'sockets',
  'resgate',
  'server-killed',
  'second-server',
  'service-killed',
] as const

export const measurements = [
  ...new Set([
    ...quickMeasurements,
    ...(['anonymous', 'login', 'mixed', 'first-read', 'latency'] as const),
    ...faultNames,
    ...socketFaultNames,
    ...resgateFaultNames,
    ...(['theft', 'scale'] as const),
  ]),
]
export type Measurement = (typeof measurements)[number]
