import { setTimeout } from 'node:timers/promises'
import { isShared, loadContender } from './contenders.ts'
import type { Client } from './load-process.ts'
import type { Theft } from './results.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { ask, newClient, signIn } from './visit.ts'

interface Act {
  /** For the head of a column. */
  readonly title: string
  /** What the owner does, in the browser whose cookie was copied or in another one. */
  readonly path: string
  readonly inOtherBrowser: boolean
}

export const acts = {
  'sign-out': { title: 'sign-out', path: '/logout', inOtherBrowser: false },
  'sign-out-everywhere': { title: 'everywhere', path: '/everywhere', inOtherBrowser: true },
  'password-change': { title: 'new password', path: '/password', inOtherBrowser: true },
  'next-use': { title: 'next use', path: '/write', inOtherBrowser: false },
} as const satisfies Record<string, Act>

type ActName = keyof typeof acts
export const actNames = Object.keys(acts) as ActName[]

/** How long a thief tries, and after how long without success none is expected any more. */
const tryForMs = 3000
const giveUpAfterMs = 1000
const everyMs = 5
/** The longest of so many copies counts. Their owners act so far apart that none has the luck of a poll about to come. */
const copies = 5
const apartMs = 250

/** How long a copied cookie goes on working once its owner has acted: at another server, where servers share sessions. */
export async function measureTheft(server: ServerProcess): Promise<Theft[]> {
  const { contender, store } = server
  const second = isShared(contender) ? await startServer(contender, { store }) : null
  try {
    return await Promise.all(actNames.map(act => measureAct(act, server, second ?? server)))
  } finally {
    await second?.kill()
  }
}

async function measureAct(name: ActName, server: ServerProcess, elsewhere: ServerProcess): Promise<Theft> {
  const { contender } = server
  const { lifetime, signOutEverywhere, changePassword } = await loadContender(contender)
  const thefts = Array.from({ length: copies }, async (_, index) => {
    await setTimeout(index * apartMs)
    return steal(name, `owner-${index}-${name}`, server, elsewhere)
  })
  const tried = await Promise.all(thefts)
  const worksForMs = tried.includes(null) ? null : Math.max(...(tried as number[]))
  const offers = {
    'sign-out': true,
    'sign-out-everywhere': signOutEverywhere,
    'password-change': changePassword,
    'next-use': true,
  }
  const note = worksForMs === null ? `good for ${lifetime}` : ''
  return { contender, act: name, isOffered: Boolean(offers[name]), worksForMs, note }
}

/** For how long a copy works; null: for as long as it was tried. */
async function steal(
  name: ActName,
  user: string,
  server: ServerProcess,
  elsewhere: ServerProcess,
): Promise<number | null> {
  const { path, inOtherBrowser } = acts[name]
  const owner = newClient(user)
  const other = newClient(user)
  for (const browser of [owner, other]) await signIn(server, browser)
  const copy = { ...owner }
  if (!(await isKnown(elsewhere, copy))) throw new Error(`${server.contender}: a copied cookie never worked`)

  await ask(server, 'POST', path, inOtherBrowser ? other : owner)
  const worksForMs = await tryCopy(elsewhere, copy)

  if (name === 'password-change' && !(await isKnown(elsewhere, other)))
    throw new Error(`${server.contender}: a password change signed out the browser it was made in`)
  return worksForMs
}

async function tryCopy(server: ServerProcess, copy: Client): Promise<number | null> {
  const startedAt = performance.now()
  let worksForMs = 0
  for (;;) {
    const works = await isKnown(server, copy)
    const triedForMs = performance.now() - startedAt
    if (works) worksForMs = triedForMs
    if (triedForMs > tryForMs) return works ? null : worksForMs
    if (triedForMs - worksForMs > giveUpAfterMs) return worksForMs
    await setTimeout(everyMs)
  }
}

/** Whether a page names the client. Rejects if it names another. */
async function isKnown(server: ServerProcess, client: Client): Promise<boolean> {
  const { user } = await ask(server, 'GET', '/read', { ...client })
  if (user !== null && user !== client.user) throw new Error(`${client.user} was answered ${user}`)
  return user !== null
}
