import { createProgress } from '../progress.ts'
import type { NotRun, Theft } from '../results.ts'
import { Application } from './application.ts'
import { check } from './check.ts'
import type { OwnAppOptions } from './options.ts'
import { findPlace } from './place.ts'
import { measureRestart } from './restart.ts'
import type { OwnAppResults, OwnRestart, OwnThroughput } from './results.ts'
import { acts, measureTheft } from './theft.ts'
import { measureThroughput } from './throughput.ts'
import type { Scenario } from './usage.ts'

export interface OwnAppRun extends Omit<OwnAppResults, 'machine' | 'date' | 'url'> {
  /** Whether what was asked for could not be measured, or was wrong. */
  readonly hasFailed: boolean
}

/** Throws if nobody can sign in; what else cannot be measured is listed as not run. */
export async function runOwnApp(options: OwnAppOptions): Promise<OwnAppRun> {
  const { ways, effort, restart: command } = options
  const application = new Application(await findPlace(options.url, options.isOwned), ways)
  const contender = application.place.name
  const target = await check(application)

  const isAsked = (scenario: Scenario) => options.scenarios.includes(scenario)
  const progress = createProgress(
    (isAsked('throughput') ? 3 * effort.rounds + 1 : 0) +
      (isAsked('restart') && command !== null ? options.clients + 2 : 0) +
      (isAsked('theft') ? 1 + (ways.logout === null ? 5 : 10) : 0),
  )
  const notRun: NotRun[] = []
  let hasFailed = false
  async function attempt<T>(what: string, measure: (step: (detail: string) => void) => Promise<T>) {
    try {
      return await measure(detail => progress.step(what, detail))
    } catch (error) {
      hasFailed = true
      notRun.push({ contender, reason: `${what}: ${(error as Error).message}` })
      return null
    }
  }

  let throughput: readonly OwnThroughput[] = []
  if (isAsked('throughput')) {
    const rows = await attempt('throughput', async step => {
      step(`${effort.connections} sign in`)
      const clients = await application.signInMany(effort.connections)
      return measureThroughput(target, clients, options, step)
    })
    throughput = rows ?? []
  }

  const theft: Theft[] = []
  for (const act of isAsked('theft') ? acts : []) {
    if (act === 'sign-out' && ways.logout === null) {
      notRun.push({ contender, reason: 'a copied cookie after sign-out: give --logout PATH.' })
      continue
    }
    const row = await attempt(`theft, ${act}`, step => measureTheft(target, act, step))
    if (row !== null) theft.push(row)
  }

  const restart: OwnRestart[] = []
  if (isAsked('restart') && command === null) {
    const reason = "restart survival: give --restart 'COMMAND', which starts the application again."
    notRun.push({ contender, reason })
  } else if (isAsked('restart') && command !== null) {
    const row = await attempt('restart', step => measureRestart(application, { ...options, command }, step))
    if (row !== null) restart.push(row)
  }
  progress.clear()
  return { throughput, restart, theft, cookies: target.cookies, notRun, hasFailed }
}
