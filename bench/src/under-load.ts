import { setTimeout } from 'node:timers/promises'
import type { Client } from './load-process.ts'
import type { ServerProcess } from './server-process.ts'
import { ask, forEachInParallel } from './visit.ts'

/** What clients met who went on asking. */
interface Met {
  answers: number
  failed: number
  signedOut: number
  wrongUser: number
  longestMs: number
  /** From the fault on: the first after the trouble began, if there was any. Null: there was no success. */
  firstSuccessMs: number | null
  /** From the first failure, or wrong answer, to the last. */
  troubleMs: number
}

/** Asks the servers of the moment in turn, for one client after the other, until it is told to stop. */
export function putUnderLoad(asked: () => readonly ServerProcess[], clients: readonly Client[]) {
  const met: Met = {
    answers: 0,
    failed: 0,
    signedOut: 0,
    wrongUser: 0,
    longestMs: 0,
    firstSuccessMs: null,
    troubleMs: 0,
  }
  let stopped = false
  const startedAt = performance.now()
  let troubledAt: number | null = null
  let isRecovered = false
  let turn = 0
  function* inTurn() {
    while (!stopped) yield* clients
  }
  const done = forEachInParallel(inTurn(), async client => {
    if (stopped) return
    const servers = asked()
    const server = servers[turn++ % servers.length]
    if (server === undefined) return setTimeout(20)
    const askedAt = performance.now()
    const answer = await ask(server, 'GET', '/read', { ...client }).catch(() => null)
    const answeredAt = performance.now()
    met.answers++
    met.longestMs = Math.max(met.longestMs, answeredAt - askedAt)
    if (answer?.user === client.user) {
      if (met.firstSuccessMs === null || (troubledAt !== null && !isRecovered))
        met.firstSuccessMs = answeredAt - startedAt
      isRecovered = troubledAt !== null
      return
    }
    if (answer === null) met.failed++
    else if (answer.user === null) met.signedOut++
    else met.wrongUser++
    troubledAt ??= askedAt
    met.troubleMs = answeredAt - troubledAt
  })
  return {
    async stop(): Promise<Met> {
      stopped = true
      await done
      return met
    },
  }
}

/** Nothing, if they met no trouble. */
export function describeLoad({ answers, failed, signedOut, longestMs, troubleMs }: Met): string[] {
  if (failed === 0 && signedOut === 0 && longestMs < 1000) return []
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const parts = [
    `${failed} of ${answers} requests failed${failed > 0 ? ` within ${seconds(troubleMs)}` : ''}`,
    `the longest took ${seconds(longestMs)}`,
    ...(signedOut > 0 ? [`${signedOut} were answered as signed out`] : []),
  ]
  return [parts.join(', ')]
}
