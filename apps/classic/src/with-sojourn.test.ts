import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { serve } from '@sojourn/demo'
import { answerError } from './error-pages.ts'
import { withSojourn } from './with-sojourn.ts'

let site: Awaited<ReturnType<typeof serve>>

before(async () => {
  const app = withSojourn('a secret of more than thirty-two bytes')
  app.get('/reset', (req, res) => {
    req.session.reset()
    res.redirect('/')
  })
  app.get('/destroy', (req, res, next) => {
    req.session.destroy(error => (error ? next(error) : res.redirect('/')))
  })
  app.use(answerError)
  site = await serve(app)
})

after(() => site.close())

/** Asks as a browser of which `cookie` is the only one. Says which it has then. */
async function ask(path: string, cookie = '', init: RequestInit = {}) {
  const headers = { cookie, 'Content-Type': 'application/json' }
  const answer = await fetch(site.url + path, { redirect: 'manual', headers, ...init })
  const [setCookie] = answer.headers.getSetCookie()
  const given = setCookie?.includes('Max-Age=0;') ? '' : setCookie?.split(';')[0]
  return { status: answer.status, text: await answer.text(), cookie: given ?? cookie }
}

for (const path of ['/logout', '/reset', '/destroy']) {
  test(`who was signed in is not after ${path}`, async () => {
    const body = JSON.stringify({ name: 'alice', password: 'wonderland' })
    const { cookie } = await ask('/api/login', '', { method: 'POST', body })
    assert.equal((await ask('/api/users', cookie)).status, 200)
    const left = await ask(path, cookie)
    assert.equal(left.status, 302)
    assert.equal((await ask('/api/users', left.cookie)).status, 401)
  })
}

test('a message that is too long is answered 413, and the log names the biggest key', async t => {
  const log = t.mock.method(console, 'error', () => {})
  const { cookie } = await ask('/greet')
  const { status, text } = await ask(`/session-test-add?message=${'x'.repeat(8000)}`, cookie)
  assert.equal(status, 413)
  assert.match(text, /That is more than a session can hold\./)
  assert.equal(log.mock.callCount(), 1)
  assert.match(String(log.mock.calls[0]?.arguments[0]), /The biggest key is "message", which has 8002 bytes/)
})

test('a body that is too long is not taken for a session that is', async () => {
  const body = JSON.stringify({ name: 'x'.repeat(200_000) })
  const { status, text } = await ask('/api/login', '', { method: 'POST', body })
  assert.deepEqual([status, text], [413, '{"error":"The server could not read what was sent."}'])
})
