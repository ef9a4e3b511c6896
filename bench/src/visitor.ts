import { cookieAfter } from './cookies.ts'
import type { Client, Load } from './load-process.ts'
import { nobody } from './nobody.ts'
import { type RequestName, requests } from './scenarios.ts'

/** Above those who have signed in before. */
let nextNumber = 2_000_000

export const visitorName = (number: number) => `user-${String(number).padStart(7, '0')}`

interface Asked {
  readonly name: RequestName
  /** Who is to be in the answer. */
  readonly user: string | null
}

/** A client that asks for one thing after the other, and knows what the answer must be. */
export class Visitor {
  readonly #client: Client
  readonly #load: Pick<Load, 'requests' | 'fillerBytes' | 'isOneUser'>
  readonly #isAlike: boolean
  #turn: number
  /** Asked and not answered yet: one, or the next as well. */
  readonly #asked: Asked[] = []

  constructor(client: Client, load: Pick<Load, 'requests' | 'fillerBytes' | 'isOneUser'>, turn: number) {
    this.#client = client
    this.#load = load
    this.#turn = turn
    this.#isAlike = load.requests.length === 1 && load.requests[0] !== 'login'
  }

  get headers(): Record<string, string> {
    const { cookie } = this.#client
    return cookie === null ? {} : { cookie }
  }

  nextRequest() {
    const { requests: names, fillerBytes } = this.#load
    const name = names[this.#turn++ % names.length] as RequestName
    const { method, path } = requests[name]
    if (name !== 'login') {
      this.#asked.push({ name, user: this.#client.user })
      return { method, path, headers: this.headers }
    }
    const user = this.#client.user ?? visitorName(nextNumber++)
    this.#asked.push({ name, user })
    return { method, path: `${path}?user=${user}&fillerBytes=${fillerBytes}`, headers: this.headers }
  }

  /**
   * As a browser would. Says whether there are others now than before.
   *
   * @throws {Error} for a cookie that a browser would drop
   */
  keepCookies(rawHeaders: readonly string[]): boolean {
    const client = this.#client
    const cookie = cookieAfter(client.cookie, rawHeaders)
    const isSomebodyElseNext = client.user === null && this.#load.requests[0] === 'login'
    if (isSomebodyElseNext || cookie === client.cookie) return false
    client.cookie = cookie
    return true
  }

  /** What is wrong with an answer, in words; null if it is right. */
  findFault(body: string): string | null {
    const { name, user } = (this.#isAlike ? this.#asked[0] : this.#asked.shift()) as Asked
    const client = this.#client
    if (name === 'write') client.counter++
    if (name === 'login') client.counter = 0
    if (this.#isRight(name, user, body)) return null
    return `${user} (counter ${client.counter}) was answered ${body}`
  }

  #isRight(name: RequestName, user: string | null, body: string): boolean {
    if (name === 'logout') return body === '{}'
    if (this.#load.isOneUser) return body.startsWith(`{"user":"${nobody}",`)
    return body === JSON.stringify({ user, counter: this.#client.counter })
  }
}
