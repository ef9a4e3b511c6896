import { setTimeout } from 'node:timers/promises'
import type { Theft } from '../results.ts'
import type { Application, Client } from './application.ts'
import type { Checked } from './check.ts'

/** What the owner of a copied cookie does. `sign-in` is of one that was there, or planted, before its owner signed in. */
export const acts = ['sign-out', 'sign-in-elsewhere', 'sign-in'] as const
export type Act = (typeof acts)[number]

/** As in the benchmark: how long a thief tries, and after how long without success none is expected any more. */
const tryForMs = 3000
const giveUpAfterMs = 1000
const everyMs = 5
/** One after the other: where all are one user, one's sign-out may end the others. */
const copies = 5

/** How long a copied cookie goes on working once its owner has acted. */
export async function measureTheft(
  { application, cookies }: Pick<Checked, 'application' | 'cookies'>,
  act: Act,
  progress: (what: string) => void,
): Promise<Theft> {
  const { name } = application.place
  const row = { contender: name, act, isOffered: true }
  if (act === 'sign-in') {
    progress(act)
    const note = await fixate(
      application,
      cookies.map(({ name }) => name),
    )
    return { ...row, worksForMs: note === '' ? 0 : null, note }
  }
  let worksForMs = 0
  for (let copy = 1; copy <= copies; copy++) {
    progress(`${act}, copy ${copy} of ${copies}`)
    const works = await steal(application, act)
    if (works === null) return { ...row, worksForMs: null, note: 'good for as long as its session' }
    worksForMs = Math.max(worksForMs, works)
  }
  return { ...row, worksForMs, note: '' }
}

/** For how long a copy works; null: for as long as it was tried. */
async function steal(
  application: Application,
  act: 'sign-out' | 'sign-in-elsewhere',
): Promise<number | null> {
  const owner = await application.signIn()
  const copy = { ...owner, browser: owner.browser.copy() }
  if (!(await application.isKnown(copy))) throw new Error('a copied cookie never worked')
  if (act === 'sign-out') await application.signOut(owner)
  else await application.signIn(owner.number)
  return tryCopy(application, copy)
}

async function tryCopy(application: Application, copy: Client): Promise<number | null> {
  const startedAt = performance.now()
  let worksForMs = 0
  for (;;) {
    const works = await application.isKnown(copy)
    const triedForMs = performance.now() - startedAt
    if (works) worksForMs = triedForMs
    if (triedForMs > tryForMs) return works ? null : worksForMs
    if (triedForMs - worksForMs > giveUpAfterMs) return worksForMs
    await setTimeout(everyMs)
  }
}

/**
 * Signs in with cookies that somebody else knows, and presents those. Returns how that one was signed in, too; empty if
 * not.
 */
async function fixate(application: Application, sessionCookies: readonly string[]): Promise<string> {
  const { page, login, loginPage } = application.ways
  const victim = application.newBrowser()
  for (const path of [page, loginPage ?? login]) await victim.visit(path)
  const given = victim.copy()
  const client = await application.signIn(undefined, victim)
  const isIn = (browser: typeof given) => application.isKnown({ ...client, browser })
  if (given.jar.cookies.length > 0 && (await isIn(given)))
    return 'the cookie from before the sign-in is signed in after it'

  // PHP, unless it is told not to, takes any id that a browser comes with.
  const planted = application
    .newBrowser()
    .copy(
      client.browser.jar.cookies
        .filter(({ name }) => sessionCookies.includes(name))
        .map(cookie => ({ ...cookie, value: inventedValue })),
    )
  const second = planted.copy()
  const isSignedIn = await application.signIn(client.number, second).then(
    () => true,
    () => false, // it refuses cookies that it did not make
  )
  return isSignedIn && (await isIn(planted)) ? 'a cookie with an invented value is signed in after it' : ''
}

const inventedValue = 'plantedbysomebodyelse0123456789a'
