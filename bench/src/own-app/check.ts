import type { Application, Client } from './application.ts'
import type { Cookie } from './cookie-jar.ts'
import type { SessionCookie } from './results.ts'
import type { Target } from './throughput.ts'

/** What one sign-in shows. */
export interface Checked extends Target {
  /** Those without which the user is not known. */
  readonly cookies: readonly SessionCookie[]
}

/**
 * Signs one user in, and sees that `--expect` tells who is signed in from who is not.
 *
 * @throws {Error} if it does not, with the remedy
 */
export async function check(application: Application): Promise<Checked> {
  const { page, anonymous, expectation } = application.ways
  for (const path of new Set([page, anonymous])) {
    const { status } = await askAsNobody(
      application,
      path,
      'Choose a text for --expect that only a signed-in user is shown.',
    )
    if (status >= 500) throw new Error(`${path} was answered ${status} to a visitor without a session.`)
  }
  const client = await application.signIn()
  const view = await application.view(client)
  await askAsNobody(
    application,
    page,
    `But that was not so before "${expectation.text}" was shown to a user: a cache gives one's page to all, or it is not ` +
      'a cookie that tells who is signed in.',
  )
  const cookies = await findSessionCookies(application, client)
  return {
    application,
    keepsAlive: view.keepsAlive,
    statuses: { read: view.status, anonymous: await application.statusForStranger(anonymous) },
    cookies: cookies.map(describe),
  }
}

async function askAsNobody(application: Application, path: string, remedy: string) {
  const { expectation } = application.ways
  const answer = await application.newBrowser().visit(path)
  if (expectation.seenBy(0, answer.body) === 'nobody') return answer
  throw new Error(`${path} shows "${expectation.text}" to a visitor who sends no cookie. ${remedy}`)
}

async function findSessionCookies(application: Application, client: Client): Promise<Cookie[]> {
  const held = client.browser.jar.cookies
  const isKnownBy = (cookies: readonly Cookie[]) =>
    application.isKnown({ ...client, browser: client.browser.copy(cookies) })
  const needed: Cookie[] = []
  for (const cookie of held) {
    if (!(await isKnownBy(held.filter(other => other !== cookie)))) needed.push(cookie)
  }
  if (needed.length > 0) return needed
  // Each of several does, as a session's and one that remembers the user for longer.
  const enough: Cookie[] = []
  for (const cookie of held) if (await isKnownBy([cookie])) enough.push(cookie)
  return enough
}

const describe = ({ name, value, httpOnly, secure, sameSite, expiresAt }: Cookie): SessionCookie => ({
  name,
  bytes: Buffer.byteLength(name + value),
  httpOnly,
  secure,
  sameSite,
  lifetimeMs: expiresAt === null ? null : expiresAt - Date.now(),
})
