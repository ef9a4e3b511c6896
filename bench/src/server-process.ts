import { platform } from 'node:os'
import { Child } from './child.ts'
import type { World } from './contender.ts'
import type { ContenderName } from './contenders.ts'
import { readTree } from './process-tree.ts'

export type ServerRequest =
  | { readonly report: true }
  | { readonly collects: true }
  | { readonly advanceMs: number }

/** What a server is told when it starts. */
export interface ServerSetup extends World, Required<Omit<StartOptions, 'isSecretRotated' | 'storePids'>> {}

export interface ServerUsage {
  readonly cpuMicros: number
  /** That have come so far. */
  readonly requests: number
  readonly rssBytes: number
  /** Null where the contender cannot say. */
  readonly sessions: number | null
  /** Of the event loop, since the clock was first turned. */
  readonly longestPauseMs: number
  /** How long it took to clear out what had expired, where that can be told to, and not be counted. */
  readonly clearMs: number | null
}
export type ServerReport = { readonly port: number } | ServerUsage

export interface Usage extends ServerUsage {
  /** Of the processes of its store, whoever else uses it; null where there are none, or it is not known. */
  readonly storeCpuMicros: number | null
}

export interface ServerProcess {
  readonly contender: ContenderName
  readonly port: number
  /** The address of its store, as `World` has it. */
  readonly store: string
  readonly storePids: readonly number[]
  usage(): Promise<Usage>
  /** After it has thrown away what it no longer needs. */
  usageAtRest(): Promise<Usage>
  /** Turns the server's clock on. Who cannot count sessions is told to clear out what has expired. */
  advance(advanceMs: number): Promise<Usage>
  kill(): Promise<void>
  /** Lets it answer what it was asked, as a deploy does. */
  stop(): Promise<void>
}

/** The same after a restart, as it would be in production. */
export const secret = 'the same after a restart, as it would be in production'
/** Of a start, and of a report. Only what is broken comes to the end of it. */
export const patienceMs = 120_000
const newerSecret = 'the one that took its place, as it should once in a while'

export interface StartOptions {
  readonly store?: string
  /** Of the servers of its store, where their CPU time is wanted. */
  readonly storePids?: readonly number[]
  /** Default: any that is free. */
  readonly port?: number
  /** With a newer secret in front of the usual one. */
  readonly isSecretRotated?: boolean
  /** How far its clock is ahead. */
  readonly clockOffMs?: number
}

export async function startServer(
  contender: ContenderName,
  { store = '', storePids = [], port = 0, isSecretRotated = false, clockOffMs = 0 }: StartOptions = {},
): Promise<ServerProcess> {
  const secrets: World['secrets'] = isSecretRotated ? [newerSecret, secret] : [secret]
  const setup: ServerSetup = { store, port, secrets, clockOffMs }
  const child = new Child('./server.ts', [contender, JSON.stringify(setup)], 0)
  const started = await child.ask<{ port: number }>(undefined, patienceMs).catch(async error => {
    await child.kill()
    throw error
  })
  const report = async (request: ServerRequest): Promise<Usage> => ({
    storeCpuMicros: readCpu(storePids),
    ...(await child.ask<ServerUsage>(request, patienceMs)),
  })
  return {
    contender,
    port: started.port,
    store,
    storePids,
    usage: () => report({ report: true }),
    usageAtRest: () => report({ collects: true }),
    advance: advanceMs => report({ advanceMs }),
    kill: () => child.kill(),
    stop: () => child.stop(),
  }
}

function readCpu(pids: readonly number[]): number | null {
  if (pids.length === 0 || platform() !== 'linux') return null
  return readTree(...pids).cpuMicros
}
