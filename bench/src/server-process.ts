import { Child } from './child.ts'
import type { ContenderName } from './contenders.ts'

export type ServerRequest = { readonly report: true } | { readonly advanceMs: number }

export interface Usage {
  readonly cpuMicros: number
  readonly rssBytes: number
  /** Null where the contender cannot say. */
  readonly sessions: number | null
  /** Of the event loop, since the clock was first turned. */
  readonly longestPauseMs: number
}
export type ServerReport = { readonly port: number } | Usage

export interface ServerProcess {
  readonly contender: ContenderName
  readonly port: number
  /** The address of its store, as `World` has it. */
  readonly store: string
  usage(): Promise<Usage>
  /** Turns the server's clock on. */
  advance(advanceMs: number): Promise<Usage>
  kill(): Promise<void>
}

/** @param port 0 for any that is free */
export async function startServer(contender: ContenderName, store = '', port = 0): Promise<ServerProcess> {
  const child = new Child('./server.ts', [contender, String(port), store], 0)
  const started = await child.ask<{ port: number }>()
  return {
    contender,
    port: started.port,
    store,
    usage: () => child.ask<Usage>({ report: true }),
    advance: advanceMs => child.ask<Usage>({ advanceMs }),
    kill: () => child.kill(),
  }
}
