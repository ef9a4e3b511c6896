import type { Credential, LiveSession, Session, SessionHost, Sessions } from '@sojourn/core'

export type AnySession = Session<Record<string, unknown>>

/** One client of a server, as well behaved as a browser. */
export class Client {
  /** Every credential that it ever held; the last one is what it presents, unless it is null. */
  readonly held: (Credential | null)[]
  readonly #sessions: Sessions

  constructor(sessions: Sessions, credential: Credential | null = null) {
    this.#sessions = sessions
    this.held = [credential]
  }

  get credential(): Credential | null {
    return this.held.at(-1) ?? null
  }

  /** One request: the session is opened, handled and committed, and the client follows the instruction. */
  async visit<T>(handle: (session: AnySession) => T | Promise<T>): Promise<T> {
    const { credential } = this
    let current: LiveSession
    const host: SessionHost = {
      canDeliver: () => true,
      replaced(session) {
        current = session
      },
    }
    const session: AnySession = await this.#sessions.open(credential === null ? [] : [credential], host)
    current = session
    const result = await handle(session)
    const instruction = await this.#sessions.commit(current)
    if (instruction.do === 'set') this.held.push(instruction.credential)
    if (instruction.do === 'clear') this.held.push(null)
    return result
  }

  /** What the server remembers of this client. */
  async recall(): Promise<{ userId: string | null; data: Record<string, unknown> }> {
    return this.visit(session => ({ userId: session.userId, data: { ...session } }))
  }
}
