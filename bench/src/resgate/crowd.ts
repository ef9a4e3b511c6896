// Pages of honest clients, as a process of its own.
import { setTimeout } from 'node:timers/promises'
import type { CrowdReport } from '../sockets/crowd-process.ts'
import { forEachInParallel } from '../visit.ts'
import type { PagesRequest } from './crowd-process.ts'
import { Page } from './page.ts'

const pages = new Map<number, Page>()

process.on('message', async (request: PagesRequest) => {
  process.send?.(request.do === 'gather' ? await gather(request) : await count(request))
})
process.on('disconnect', () => process.exit())

async function gather({ url, page: kind, count, renewMs }: Extract<PagesRequest, { do: 'gather' }>) {
  const userIds = Array.from({ length: count }, (_, index) => index + 1)
  await forEachInParallel(userIds, async userId => {
    const page = new Page({ url, userId, renewMs, kind })
    await page.signIn()
    pages.set(userId, page)
  })
  return {}
}

async function count({ since, patienceMs }: Extract<PagesRequest, { do: 'count' }>): Promise<CrowdReport> {
  const isKnown = (page: Page) => page.isOut || page.backAt(since) !== null
  const end = Date.now() + patienceMs
  while (![...pages.values()].every(isKnown) && Date.now() < end) await setTimeout(5)

  const report = { stillSignedIn: 0, acknowledgedWritesLost: 0, wrongUser: 0, unanswered: 0 }
  const times: number[] = []
  await forEachInParallel(pages, async ([userId, page]) => {
    const backAt = page.backAt(since)
    const answer = page.isOut ? { userId: null } : await page.ask()
    const isSignedIn = answer?.userId === userId && backAt !== null
    if (isSignedIn) report.stillSignedIn++
    if (isSignedIn) times.push(backAt)
    if (answer === null) report.unanswered++
    if (answer !== null && answer.userId !== null && answer.userId !== userId) report.wrongUser++
    report.wrongUser += page.mistaken
  })
  times.sort((a, b) => a - b)
  return { ...report, firstActiveAt: times[0] ?? null, lastActiveAt: times.at(-1) ?? null }
}
