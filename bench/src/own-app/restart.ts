import { setTimeout } from 'node:timers/promises'
import { forEachInParallel } from '../visit.ts'
import type { Application, Client, View } from './application.ts'
import type { OwnRestart } from './results.ts'
import { runShell, type ShellCommand } from './shell.ts'

const everyMs = 10
const tooManyRequests = 429
/** How soon an application answers that is there. */
const probeMs = 5000
/** How long after the command has returned the old application may begin to be away. */
const settleMs = 2000

export interface RestartOptions {
  readonly command: string
  /** The folder that the command runs in. */
  readonly folder: string
  readonly clients: number
  readonly patienceMs: number
}

/**
 * Signs clients in, runs the command, waits until the application answers again, and asks for each client's page.
 *
 * @throws {Error} if the application does not come back, or was not restarted
 */
export async function measureRestart(
  application: Application,
  { command, folder, clients: count, patienceMs }: RestartOptions,
  progress: (what: string) => void,
): Promise<OwnRestart> {
  const clients = await application.signInMany(count, signedIn => progress(`${signedIn} signed in`))
  progress('restart')
  const usual = await application.statusForStranger(application.ways.page, probeMs)
  const struckAt = performance.now()
  using shell = runShell(command, folder)
  const awayMs = await waitUntilBack(application, usual, shell, struckAt, patienceMs)
  progress('asks each client')
  const counted = await countSignedIn(application, clients, struckAt, performance.now() + patienceMs)
  const { unanswered, ...outcome } = counted
  const { isNumbered } = application.ways.expectation
  const { ended } = shell
  const notes = [
    ...(awayMs === 0 ? ['the application was never seen to be away'] : []),
    ...(unanswered > 0 ? [`${unanswered} got no answer within ${patienceMs / 1000} s`] : []),
    ...(isNumbered ? [] : ['whose page it was, was not checked: {n} in --form and --expect does']),
    ...(ended !== null && !ended.isWell ? [`the command ended with ${ended.how}`] : []),
    ...(ended === null ? [`the command is still running, as process ${shell.pid}`] : []),
  ]
  return {
    contender: application.place.name,
    fault: 'restart',
    clients: count,
    ...outcome,
    acknowledgedWritesLost: 0, // nothing is written
    awayMs,
    note: notes.join('; '),
  }
}

/** Returns how long the application was away: until it says again what it said before. */
async function waitUntilBack(
  application: Application,
  usual: number,
  shell: ShellCommand,
  struckAt: number,
  patienceMs: number,
): Promise<number> {
  const { page } = application.ways
  const said = () => `The command said: ${shell.lastWords() || 'nothing'}`
  for (let awayAt: number | null = null; ; await setTimeout(everyMs)) {
    const status = await application.statusForStranger(page, probeMs).catch(() => null)
    const isThere = status === usual || status === tooManyRequests
    const now = performance.now()
    if (isThere && awayAt !== null) return now - awayAt
    if (!isThere) awayAt ??= now
    if (awayAt !== null && now - awayAt > patienceMs)
      throw new Error(
        `${page} did not answer again within ${patienceMs / 1000} s, with ${usual} as before ` +
          `(last: ${status ?? 'no answer'}). ${said()}`,
      )
    const { ended } = shell
    if (awayAt !== null || now - (ended?.at ?? struckAt) < (ended ? settleMs : patienceMs)) continue
    if (ended !== null && !ended.isWell)
      throw new Error(`it ended with ${ended.how}, and the application was never away. ${said()}`)
    return 0
  }
}

async function countSignedIn(
  application: Application,
  clients: readonly Client[],
  struckAt: number,
  end: number,
) {
  const count = { stillSignedIn: 0, wrongUser: 0, unanswered: 0 }
  let firstSuccessMs: number | null = null
  await forEachInParallel(clients, async client => {
    const view = await viewUntilAnswered(application, client, end)
    if (view === null) count.unanswered++
    if (view?.seen === 'other') count.wrongUser++
    if (view?.seen !== 'own') return
    count.stillSignedIn++
    firstSuccessMs ??= performance.now() - struckAt
  })
  return { ...count, firstSuccessMs }
}

/** Null if there is none before `end`. */
async function viewUntilAnswered(
  application: Application,
  client: Client,
  end: number,
): Promise<View | null> {
  for (;;) {
    const view = await application.view(client).catch(() => null)
    if (view !== null && view.status < 500 && view.status !== tooManyRequests) return view
    if (performance.now() > end) return null
    await setTimeout(20)
  }
}
