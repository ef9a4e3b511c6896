import { forEachInParallel } from '../visit.ts'
import { Browser, type Page } from './browser.ts'
import { type Expectation, fillIn, type Seen } from './expectation.ts'
import { textOf } from './html-form.ts'
import type { Place } from './place.ts'
import { request } from './request.ts'
import { readTokens } from './tokens.ts'

/** How an application is signed in to and out of, and whose page is whose. */
export interface Ways {
  readonly login: string
  /** `{n}` in its body is a user's number. */
  readonly credentials: { readonly kind: 'form' | 'json'; readonly body: string }
  /** The page whose form is sent; null: nothing but the credentials is sent. */
  readonly loginPage: string | null
  readonly page: string
  readonly expectation: Expectation
  readonly anonymous: string
  readonly logout: string | null
  readonly logoutMethod: 'GET' | 'POST' | 'DELETE'
  /** The page that has the form to sign out with, or the token for it. */
  readonly logoutPage: string
  /** Users are numbered from 1 to this, and then again. 1: all clients are one user. */
  readonly users: number
  readonly headers: Readonly<Record<string, string>>
}

/** A browser in which a user has signed in. */
export interface Client {
  readonly number: number
  readonly browser: Browser
  /** Where `--page` led, which may be another page for each user. */
  readonly path: string
}

export interface View extends Page {
  readonly seen: Seen
}

/** A password takes long to check, and so long the application answers nothing else. */
const parallelSignIns = 4

export class Application {
  readonly place: Place
  readonly ways: Ways
  #next = 0

  constructor(place: Place, ways: Ways) {
    this.place = place
    this.ways = ways
  }

  newBrowser(): Browser {
    return new Browser(this.place, this.ways.headers)
  }

  /** The number of the user whose turn it is. */
  nextUser(): number {
    return (this.#next++ % this.ways.users) + 1
  }

  /**
   * Signs a user in and sees that the page is there.
   *
   * @throws {Error} with what the application said, if it is not
   */
  async signIn(number = this.nextUser(), browser = this.newBrowser()): Promise<Client> {
    const { login, credentials, page, expectation } = this.ways
    const { body, headers } = await this.#fill(browser, number)
    const type = credentials.kind === 'json' ? 'application/json' : 'application/x-www-form-urlencoded'
    const answer = await browser.visit(login, { type, body, headers })
    const view = await this.view({ number, browser })
    if (view.seen === 'own') return { number, browser, path: view.path }
    const hints = [
      browser.jar.cookies.length === 0 ? 'It set no cookie that a browser would keep.' : '',
      this.ways.loginPage === null && credentials.kind === 'form'
        ? 'If its form has hidden fields, give the page that has it as --login-page.'
        : '',
    ]
    throw new Error(
      `Signing in ${this.#nameOf(number)} failed: after POST ${login}, answered ${answer.status}, the page ${page} ` +
        `does not show "${fillIn(expectation.text, number)}" (${describe(view)}). The sign-in said: ` +
        `"${textOf(answer.body)}". ${hints.join(' ')}`.trim(),
    )
  }

  /** Signs so many clients in and sees that all are still signed in when the last one is. */
  async signInMany(count: number, progress: (count: number) => void = () => {}): Promise<Client[]> {
    const clients: Client[] = []
    let begun = 0
    // Of one user, one after the other: where a sign-in ends the last, that is seen below.
    await forEachInParallel(Array(this.ways.users === 1 ? 1 : parallelSignIns), async () => {
      while (begun++ < count) {
        clients.push(await this.signIn())
        progress(clients.length)
      }
    })
    await forEachInParallel(clients, async client => {
      const view = await this.view(client)
      if (view.seen === 'own') return
      throw new Error(
        `Of ${count} clients that signed in, ${this.#nameOf(client.number)} was signed out by a later sign-in ` +
          `(${describe(view)}). Where a user may have one session only, give each client a user: {n} in --form or ` +
          '--json, and --users.',
      )
    })
    return clients
  }

  /** What a client's page shows. */
  async view({ number, browser }: Pick<Client, 'number' | 'browser'>): Promise<View> {
    const page = await browser.visit(this.ways.page)
    return { ...page, seen: this.ways.expectation.seenBy(number, page.body) }
  }

  /** What a visitor without a session is answered with, who is led nowhere else. */
  async statusForStranger(path: string, patienceMs?: number): Promise<number> {
    const headers = this.newBrowser().headersFor(path)
    const { status } = await request(this.place, { method: 'GET', path, headers, patienceMs })
    return status
  }

  /** Whether the client's page is shown. Throws if the application fails: that is no answer. */
  async isKnown(client: Client): Promise<boolean> {
    const { seen, status } = await this.view(client)
    if (status >= 500 || status === 429) throw new Error(`${this.ways.page} was answered ${status}.`)
    return seen !== 'nobody'
  }

  /** @throws {Error} if the browser that signed out still is signed in */
  async signOut(client: Client): Promise<void> {
    const { logout, logoutMethod, logoutPage } = this.ways
    const { browser } = client
    if (logout === null) throw new Error('There is no --logout.')
    const { headers, hidden } = readTokens(browser, await browser.visit(logoutPage), logout)
    const type = 'application/x-www-form-urlencoded'
    const { status } = await browser.visit(
      logout,
      logoutMethod === 'GET' ? undefined : { method: logoutMethod, type, body: hidden.toString(), headers },
    )
    if (await this.isKnown({ ...client, browser: browser.copy() }))
      throw new Error(
        `after ${logoutMethod} ${logout}, answered ${status}, the browser that signed out is still signed in`,
      )
  }

  async #fill(browser: Browser, number: number) {
    const { credentials, loginPage, login } = this.ways
    const body = fillIn(credentials.body, number)
    if (loginPage === null)
      return { body, headers: readTokens(browser, { body: '', path: login }, login).headers }
    const page = await browser.visit(loginPage)
    const { headers, hidden, isFound } = readTokens(browser, page, login)
    if (credentials.kind === 'json') return { body, headers }
    if (!isFound)
      throw new Error(`The page ${loginPage} (answered ${page.status}) has no form that posts to ${login}.`)
    for (const [name] of new URLSearchParams(body)) hidden.delete(name)
    return { body: [hidden.toString(), body].filter(Boolean).join('&'), headers }
  }

  #nameOf(number: number): string {
    return this.ways.users === 1 ? 'a client' : `user ${number}`
  }
}

const describe = ({ path, status, seen }: View) =>
  `answered ${status} at ${path}${seen === 'other' ? ", WITH ANOTHER USER'S PAGE" : ''}`
