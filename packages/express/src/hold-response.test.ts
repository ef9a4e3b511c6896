import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually } from '@sojourn/conformance'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import { Browser, patienceMs, type Reply } from './browser.fixture.ts'
import { expressVersions } from './express-versions.fixture.ts'
import { openSite, type Site } from './site.fixture.ts'

const large = randomBytes(5_000_000)
/** What fetch says of a connection that the server ends too early. */
const cutOff = { name: 'TypeError', message: 'terminated' }
const thisFile = fileURLToPath(import.meta.url)

/** What a handler can do to answer, and the answer. All put something into the session before. */
const ways: Record<
  string,
  { handler: RequestHandler; method?: string; status?: number; body?: string | Buffer }
> = {
  'res.json': { handler: (_req, res) => void res.json({ fine: true }), body: '{"fine":true}' },
  'res.send': { handler: (_req, res) => void res.send('<p>fine'), body: '<p>fine' },
  'res.redirect': {
    handler: (_req, res) => res.redirect('/seen'),
    status: 302,
    body: 'Found. Redirecting to /seen',
  },
  'res.sendFile': { handler: (_req, res) => res.sendFile(thisFile), body: readFileSync(thisFile) },
  'res.sendStatus': { handler: (_req, res) => void res.sendStatus(204), status: 204, body: '' },
  'status 304': { handler: (_req, res) => void res.status(304).end(), status: 304, body: '' },
  'HEAD of res.json': { handler: (_req, res) => void res.json({ fine: true }), method: 'HEAD', body: '' },
  'end alone': { handler: (_req, res) => void res.end(), body: '' },
  'end with encoding': { handler: (_req, res) => void res.end('ZmluZQ==', 'base64'), body: 'fine' },
  'end with a callback': {
    handler: (_req, res) => void res.write('fi', 'utf8', () => res.end('ne', () => {})),
    body: 'fine',
  },
  'writeHead and end': {
    handler: (_req, res) => void res.writeHead(201, 'Made', { 'X-Test': 'yes' }).end('fine'),
    status: 201,
    body: 'fine',
  },
  'flushHeaders, then end': {
    handler(_req, res) {
      res.flushHeaders()
      res.end('fine')
    },
    body: 'fine',
  },
  'writes in a row': {
    handler(_req, res) {
      for (const part of ['one ', 'two ', 'three ']) res.write(part)
      res.end('four')
    },
    body: 'one two three four',
  },
  'one large write': {
    handler(_req, res) {
      res.write(large)
      res.end()
    },
    body: large,
  },
  'a large stream through pipe': { handler: (_req, res) => void streamOf(large).pipe(res), body: large },
  'a large stream that waits for drain': {
    async handler(_req, res) {
      for await (const part of streamOf(large)) if (!res.write(part)) await once(res, 'drain')
      res.end()
    },
    body: large,
  },
}

for (const [version, createApp] of Object.entries(expressVersions)) {
  suite(`nothing of an answer comes before the session is saved, ${version}`, () => {
    for (const [way, { handler, method = 'GET', status = 200, body }] of Object.entries(ways)) {
      test(way, async () => {
        await using site = await openSite({ createApp }, app => {
          addSeen(app)
          app.get('/', (req, res, next) => {
            Object.assign(req.session, { seen: true })
            return handler(req, res, next)
          })
        })
        const browser = new Browser(site)
        const reply = await holdSave(site, () => browser.send(method, '/'))
        assert.equal(reply.status, status)
        assert.ok(reply.complete)
        assert.ok(reply.body.equals(Buffer.from(body ?? '')), 'another body')
        assert.equal((await browser.get('/seen')).text, 'true')
      })
    }
  })
}

suite('a long answer', () => {
  test('begins once the session is saved, flows, and ends once later changes are saved', async () => {
    const { nextStep, step } = createSteps()
    await using site = await openSite({}, app => {
      addSeen(app)
      app.get('/events', async (req, res) => {
        Object.assign(req.session, { seen: 'first' })
        res.writeHead(200, { 'Content-Type': 'text/event-stream' })
        res.write('data: 1\n\n')
        await nextStep()
        Object.assign(req.session, { seen: 'second' })
        res.write('data: 2\n\n')
        await nextStep()
        res.end('data: 3\n\n')
      })
    })
    const browser = new Browser(site)
    const events = await fetch(`${site.url}/events`)
    const cookie = events.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const parts = events.body?.pipeThrough(new TextDecoderStream()).getReader()
    assert.equal((await parts?.read())?.value, 'data: 1\n\n')
    assert.equal((await browser.get('/seen', { cookie })).text, '"first"')
    step()
    assert.equal((await parts?.read())?.value, 'data: 2\n\n', 'what is written later is not held')
    assert.equal(site.store.writes, 1)

    site.store.gate.shut()
    step()
    await eventually(() => site.store.gate.waiting === 1, 'the save at the end')
    let ended = false
    const rest = parts?.read().then(part => {
      ended = true
      return part
    })
    await browser.get('/seen')
    assert.equal(ended, false)
    site.store.gate.open()
    assert.equal((await rest)?.value, 'data: 3\n\n')
    assert.equal((await parts?.read())?.done, true)
    assert.equal((await browser.get('/seen', { cookie })).text, '"second"')
  })

  test('saves what changed while the head was held', async () => {
    await using site = await openSite({}, app => {
      addSeen(app)
      app.get('/', (req, res) => {
        Object.assign(req.session, { seen: 'first' })
        res.write('one ')
        Object.assign(req.session, { seen: 'second' })
        res.end('two')
      })
    })
    const browser = new Browser(site)
    const { text } = await holdSave(site, () => browser.send('GET', '/'))
    assert.equal(text, 'one two')
    assert.equal((await browser.get('/seen')).text, '"second"')
  })

  test('is cut off at a sign-in after its head, which nobody gets', async () => {
    const errors: unknown[] = []
    const { nextStep, step } = createSteps()
    await using site = await openSite({}, app => {
      app.get('/', async (req, res) => {
        res.write('one ')
        await nextStep()
        req.session.signIn('ada')
        res.end('two')
      })
      app.use(collectInto(errors))
    })
    const { headers, body } = await fetch(site.url, { signal: AbortSignal.timeout(patienceMs) })
    const parts = body?.pipeThrough(new TextDecoderStream()).getReader()
    assert.equal((await parts?.read())?.value, 'one ')
    step()
    await assert.rejects(async () => parts?.read(), cutOff)
    assert.deepEqual(headers.getSetCookie(), [])
    assert.deepEqual(codesOf(errors), ['too_late'])
    assert.equal(site.store.records.size, 0)
  })

  test('is cut off if what changed after its head cannot be saved', async () => {
    const errors: unknown[] = []
    const { nextStep, step } = createSteps()
    await using site = await openSite({}, app => {
      addSeen(app)
      app.get('/', async (req, res) => {
        Object.assign(req.session, { seen: 'first' })
        res.write('one ')
        await nextStep()
        Object.assign(req.session, { seen: 'second' })
        res.end('two')
      })
      app.use(collectInto(errors))
    })
    const { headers, body } = await fetch(site.url, { signal: AbortSignal.timeout(patienceMs) })
    const cookie = headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const parts = body?.pipeThrough(new TextDecoderStream()).getReader()
    assert.equal((await parts?.read())?.value, 'one ')
    site.store.failing = 'writes'
    step()
    await assert.rejects(async () => parts?.read(), cutOff)
    assert.deepEqual(codesOf(errors), ['store_unavailable'])
    assert.equal((await new Browser(site).get('/seen', { cookie })).text, '"first"')
  })

  test('can follow a sign-in that was saved before', async () => {
    await using site = await openSite({}, app => {
      addWhoAmI(app)
      app.get('/', async (req, res) => {
        req.session.signIn('ada')
        await req.session.save()
        res.write('one ')
        res.end('two')
      })
    })
    const browser = new Browser(site)
    assert.equal((await browser.get('/')).text, 'one two')
    assert.equal((await browser.get('/who')).text, 'ada')
    assert.equal(site.store.writes, 1)
  })
})

suite('end', () => {
  test('twice is once', async () => {
    await using site = await openSite({}, app => {
      addSeen(app)
      app.get('/', (req, res) => {
        Object.assign(req.session, { seen: true })
        res.end('fine')
        res.end()
      })
    })
    const browser = new Browser(site)
    const { text } = await holdSave(site, () => browser.send('GET', '/'))
    assert.equal(text, 'fine')
    assert.equal((await browser.get('/seen')).text, 'true')
  })

  test('calls back when the answer has gone', async () => {
    const ended = Promise.withResolvers<number>()
    await using site = await openSite({}, app => {
      app.get('/', (req, res) => {
        Object.assign(req.session, { seen: true })
        res.end('fine', () => ended.resolve(site.store.writes))
      })
    })
    assert.equal((await new Browser(site).get('/')).text, 'fine')
    assert.equal(await ended.promise, 1)
  })
})

test('a client that goes away while its session is saved disturbs nobody', async () => {
  let closed = false
  await using site = await openSite({}, app => {
    addSeen(app)
    app.get('/', (req, res) => {
      res.on('close', () => {
        closed = true
      })
      Object.assign(req.session, { seen: true })
      streamOf(large).pipe(res)
    })
  })
  site.store.gate.shut()
  const leaving = new AbortController()
  const answer = assert.rejects(fetch(site.url, { signal: leaving.signal }), { name: 'AbortError' })
  await eventually(() => site.store.gate.waiting === 1, 'the save')
  leaving.abort()
  await answer
  await eventually(() => closed, 'the end of the connection')
  site.store.gate.open()
  await eventually(() => site.store.writes === 1, 'the session saved')
  assert.equal((await new Browser(site).get('/seen')).status, 200)
})

/** Sends a request whose save is held, and checks that its answer does not begin before those of later ones. */
async function holdSave(site: Site, send: () => ReturnType<Browser['send']>): Promise<Reply> {
  site.store.gate.shut()
  const sent = send()
  await eventually(() => site.store.gate.waiting === 1, 'the save')
  for (let later = 0; later < 3; later++) await new Browser(site).get('/seen')
  assert.equal(sent.begun, false, 'the answer began before the session was saved')
  site.store.gate.open()
  return sent.reply
}

/** Lets a test say when a handler goes on. */
function createSteps() {
  let next = Promise.withResolvers<void>()
  return {
    nextStep: () => next.promise,
    step() {
      next.resolve()
      next = Promise.withResolvers()
    },
  }
}

function addSeen(app: Express): void {
  app.get('/seen', (req, res) => {
    const { seen } = req.session as { seen?: unknown }
    res.json(seen)
  })
}

function addWhoAmI(app: Express): void {
  app.get('/who', (req, res) => {
    res.send(req.session.userId ?? 'nobody')
  })
}

/** Answers nothing itself. */
function collectInto(errors: unknown[]): ErrorRequestHandler {
  return (error, _req, _res, _next) => void errors.push(error)
}

const codesOf = (errors: unknown[]) => errors.map(error => (error as { code: string }).code)

const streamOf = (content: Buffer) =>
  Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += 64_000) yield content.subarray(at, at + 64_000)
    })(),
  )
