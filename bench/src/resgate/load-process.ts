import { Child } from '../child.ts'
import type { TimedReport } from '../timed-load.ts'
import { WrongAnswer } from '../wrong-answer.ts'

export type ResgateLoad =
  /** So many users sign in. */
  | { readonly do: 'open'; readonly nats: string; readonly count: number }
  /** One of them after the other presents a key on a new connection; or another signs in. So many at a time. */
  | {
      readonly do: ResgateAct
      readonly nats: string
      readonly seconds: number
      readonly concurrency: number
    }
  | { readonly do: 'close'; readonly nats: string }

export const resgateActs = ['relogin', 'login'] as const
export type ResgateAct = (typeof resgateActs)[number]

export interface ResgateLoadProcess {
  /** @throws {WrongAnswer} that is no data point */
  load(load: ResgateLoad): Promise<TimedReport>
  kill(): Promise<void>
}

export function startResgateLoadProcess(): ResgateLoadProcess {
  const child = new Child('./resgate/load.ts', [], 1)
  return {
    async load(load) {
      const report = await child.ask<TimedReport>(load)
      if (report.wrong !== null) throw new WrongAnswer(`${load.do}: ${report.wrong}`)
      return report
    },
    kill: () => child.kill(),
  }
}
