import {
  type Action,
  type Answer,
  type ServeOptions,
  type TransportHarness,
  testTransport,
} from '@sojourn/conformance'
import type { ErrorRequestHandler } from 'express'
import { expressVersions } from './express-versions.fixture.ts'
import { serve } from './serve.fixture.ts'
import { type ExpressSessionsOptions, sessions } from './sessions.ts'

for (const [version, express] of Object.entries(expressVersions)) {
  for (const credential of ['cookie', 'bearer'] as const) {
    testTransport(`${version}, ${credential}`, createHarness(express, credential))
  }
}

type CredentialPlace = NonNullable<ExpressSessionsOptions['credential']>

function createHarness(express: typeof import('express'), place: CredentialPlace): TransportHarness {
  return {
    async serve({ perform, ...options }: ServeOptions) {
      const app = express()
      app.use(sessions({ ...options, credential: place }), express.json())
      app.post('/', (req, res, next) => {
        perform(req, req.body).then(view => res.json({ ok: true, view }), next)
      })
      app.use(answerError)
      const server = await serve(app)
      return {
        visitor: (credential = null) => new HttpVisitor(server.url, place, credential),
        close: async () => server[Symbol.asyncDispose](),
      }
    },
  }
}

const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(error.status ?? 500).json({ ok: false, code: error.code })
}

class HttpVisitor {
  credential: string | null
  readonly #url: string
  readonly #place: CredentialPlace

  constructor(url: string, place: CredentialPlace, credential: string | null) {
    this.#url = url
    this.#place = place
    this.credential = credential
  }

  async do(...actions: Action[]): Promise<Answer> {
    const res = await fetch(this.#url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...this.#present() },
      body: JSON.stringify(actions),
    })
    this.#keep(res.headers)
    return (await res.json()) as Answer
  }

  #present(): Record<string, string> {
    if (this.credential === null) return {}
    return this.#place === 'cookie'
      ? { Cookie: `theme=dark; session=${this.credential}` }
      : { Authorization: `Bearer ${this.credential}` }
  }

  #keep(headers: Headers): void {
    const [cookie] = headers.getSetCookie()
    const given =
      this.#place === 'cookie'
        ? /^session=([^;]*)/.exec(cookie ?? '')?.[1]
        : headers.get('Session-Credential')
    if (typeof given === 'string') this.credential = given === '' ? null : given
  }
}
