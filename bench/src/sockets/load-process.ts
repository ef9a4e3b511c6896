import { Child } from '../child.ts'
import type { TimedReport } from '../timed-load.ts'
import { WrongAnswer } from '../wrong-answer.ts'

export type SocketLoad =
  /** Opens so many sockets, and signs in on each. */
  | { readonly do: 'open'; readonly port: number; readonly hasAttempts: boolean; readonly count: number }
  /** Presents, or signs in, on one socket after the other: on so many at a time. */
  | {
      readonly do: 'resume' | 'sign-in'
      readonly port: number
      readonly seconds: number
      readonly concurrency: number
    }
  /** Opens a socket and presents on it, one after the other. */
  | { readonly do: 'connect'; readonly port: number; readonly seconds: number }
  | { readonly do: 'close'; readonly port: number }

export interface SocketLoadProcess {
  /** @throws {WrongAnswer} that is no data point */
  load(load: SocketLoad): Promise<TimedReport>
  kill(): Promise<void>
}

export function startSocketLoadProcess(): SocketLoadProcess {
  const child = new Child('./sockets/load.ts', [], 1)
  return {
    async load(load) {
      const report = await child.ask<TimedReport>(load)
      if (report.wrong !== null) throw new WrongAnswer(`${load.do}: ${report.wrong}`)
      return report
    },
    kill: () => child.kill(),
  }
}
