import { Child } from '../child.ts'
import type { World } from '../contender.ts'
import { patienceMs, secret } from '../server-process.ts'
import type { SocketContenderName } from './contenders.ts'

export interface SocketServerSetup extends World {
  readonly port: number
}

export interface SocketUsage {
  readonly cpuMicros: number
  readonly rssBytes: number
  /** See `SocketContender`. */
  readonly reuses: number
}

export interface SocketServerProcess {
  readonly contender: SocketContenderName
  readonly port: number
  readonly store: string
  usage(): Promise<SocketUsage>
  /** After it has thrown away what it no longer needs. */
  usageAtRest(): Promise<SocketUsage>
  kill(): Promise<void>
  stop(): Promise<void>
}

export async function startSocketServer(
  contender: SocketContenderName,
  { store = '', port = 0 }: { readonly store?: string; readonly port?: number } = {},
): Promise<SocketServerProcess> {
  const setup: SocketServerSetup = { store, port, secrets: [secret] }
  const child = new Child('./sockets/server.ts', [contender, JSON.stringify(setup)], 0)
  const started = await child.ask<{ port: number }>(undefined, patienceMs)
  return {
    contender,
    port: started.port,
    store,
    usage: () => child.ask<SocketUsage>({ collects: false }, patienceMs),
    usageAtRest: () => child.ask<SocketUsage>({ collects: true }, patienceMs),
    kill: () => child.kill(),
    stop: () => child.stop(),
  }
}
