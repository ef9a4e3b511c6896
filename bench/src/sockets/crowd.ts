// Honest clients on sockets, as a process of its own.
import { setTimeout } from 'node:timers/promises'
import { forEachInParallel } from '../visit.ts'
import type { CrowdReport, CrowdRequest } from './crowd-process.ts'
import { createMember, type Member } from './member.ts'

interface Guest {
  readonly user: string
  readonly member: Member
  /** How many of its writes were acknowledged. */
  written: number
}

const guests: Guest[] = []

process.on('message', async (request: CrowdRequest) => {
  if (request.do === 'gather') await gather(request)
  if (request.do === 'renew') await Promise.all(guests.map(({ member }) => renewTimes(member, request.times)))
  process.send?.(await (request.do === 'count' ? count(request) : {}))
})
process.on('disconnect', () => process.exit())

async function gather({ url, client, count, renewMs }: Extract<CrowdRequest, { do: 'gather' }>) {
  const users = Array.from({ length: count }, (_, index) => `user-${index + 1}`)
  await forEachInParallel(users, async user => {
    const member = createMember(client, { url, user, renewMs })
    await member.signIn()
    const { user: named, counter } = await member.ask('write')
    if (named !== user || counter !== 1) throw new Error(`${user} was answered ${named}, ${counter}`)
    guests.push({ user, member, written: counter })
  })
}

async function renewTimes(member: Member, times: number): Promise<void> {
  for (let time = 0; time < times && !member.isOut; time++) await member.renew()
}

async function count({ since, patienceMs }: Extract<CrowdRequest, { do: 'count' }>): Promise<CrowdReport> {
  const isKnown = ({ member: { activeSince, isOut } }: Guest) =>
    isOut || (activeSince !== null && activeSince >= (since ?? 0))
  const end = Date.now() + patienceMs
  while (!guests.every(isKnown) && Date.now() < end) await setTimeout(5)

  const report = { stillSignedIn: 0, acknowledgedWritesLost: 0, wrongUser: 0, unanswered: 0 }
  const times: number[] = []
  await forEachInParallel(guests, async ({ user, member, written }) => {
    const { activeSince, isOut } = member
    const answer = isOut ? { user: null, counter: 0 } : await member.ask('read').catch(() => null)
    const isSignedIn = answer?.user === user
    if (isSignedIn) report.stillSignedIn++
    if (isSignedIn && activeSince !== null) times.push(activeSince)
    if (answer === null) report.unanswered++
    if (answer?.user && !isSignedIn) report.wrongUser++
    report.wrongUser += member.mistaken
    report.acknowledgedWritesLost += written - (isSignedIn ? answer.counter : 0)
  })
  times.sort((a, b) => a - b)
  return { ...report, firstActiveAt: times[0] ?? null, lastActiveAt: times.at(-1) ?? null }
}
