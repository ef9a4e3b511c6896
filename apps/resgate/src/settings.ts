import { resolve } from 'node:path'

const { DATA_FOLDER, IDLE_MS, NATS_URL, RENEW_MS, RESGATE_URL } = process.env

/** What the three parts, and the process that starts them, have in common. */
export const settings = {
  natsUrl: NATS_URL || 'nats://127.0.0.1:4222',
  /** Where pages find the gateway. */
  gatewayUrl: RESGATE_URL || 'ws://127.0.0.1:8080',
  folder: DATA_FOLDER || resolve(import.meta.dirname, '../data'),
  /** How often a page renews its key, in milliseconds. */
  renewMs: Number(RENEW_MS || 60_000),
  /** How long a key lives unused, in milliseconds. */
  idleMs: Number(IDLE_MS || 90_000),
}
