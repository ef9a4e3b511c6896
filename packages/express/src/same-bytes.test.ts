import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createClock, TrialStore } from '@sojourn/conformance'
import { createStoredStrategy, type SessionStrategy } from '@sojourn/core'
import express, { type Request, type Response } from 'express'
import fc from 'fast-check'
import { patienceMs } from './browser.fixture.ts'
import { type Served, serve } from './serve.fixture.ts'
import { sessions } from './sessions.ts'

/** What a handler does, step by step. */
type Step =
  | { do: 'change'; value: string }
  | { do: 'save' }
  | { do: 'setHeader'; name: string; value: string }
  | { do: 'writeHead'; status: number; message?: string; headers?: OutgoingHttpHeaders }
  | { do: 'flushHeaders' }
  | { do: 'write'; text: string; encoding: BufferEncoding }
  | { do: 'end'; text?: string }
  /** Lets others run, the store among them. */
  | { do: 'pause' }

async function follow(steps: readonly Step[], req: Request, res: Response): Promise<void> {
  for (const step of steps) {
    switch (step.do) {
      case 'change':
        Object.assign(req.session, { value: step.value })
        break
      case 'save':
        await req.session.save?.()
        break
      case 'setHeader':
        res.setHeader(step.name, step.value)
        break
      case 'writeHead':
        if (step.message === undefined) res.writeHead(step.status, step.headers)
        else res.writeHead(step.status, step.message, step.headers)
        break
      case 'flushHeaders':
        res.flushHeaders()
        break
      case 'write':
        res.write(step.text, step.encoding)
        break
      case 'end':
        if (step.text === undefined) res.end()
        else res.end(step.text)
        break
      case 'pause':
        await setImmediate()
    }
  }
}

const word = fc.string({ unit: 'grapheme-ascii', maxLength: 20 })
const between: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constant('change'), value: word }),
  fc.record({ do: fc.constant('pause') }),
]
const name = fc.constantFrom('X-One', 'x-two', 'Content-Type', 'ETag', 'Cache-Control', 'Vary')
const value = fc.constantFrom('a', 'b', 'text/plain', 'public, max-age=60')
const beforeHead: fc.Arbitrary<Step>[] = [
  ...between,
  fc.record({ do: fc.constant('save') }),
  fc.record({ do: fc.constant('setHeader'), name, value }),
]
const head: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constant('flushHeaders') }),
  fc.record(
    {
      do: fc.constant('writeHead'),
      status: fc.constantFrom(200, 201, 204, 304, 404),
      message: fc.constantFrom('Fine', 'Strange'),
      headers: fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true }),
    },
    { requiredKeys: ['do', 'status'] },
  ),
]
const body: fc.Arbitrary<Step>[] = [
  ...between,
  fc.record({ do: fc.constant('flushHeaders') }),
  fc.record({ do: fc.constant('write'), text: word, encoding: fc.constantFrom('utf8', 'latin1', 'utf16le') }),
]
const end: fc.Arbitrary<Step> = fc.record({ do: fc.constant('end'), text: word }, { requiredKeys: ['do'] })

/** All that a handler may do, in an order that Node allows. */
const handling = fc
  .tuple(
    fc.array(fc.oneof(...beforeHead), { maxLength: 5 }),
    fc.array(fc.oneof(...head), { maxLength: 1 }),
    fc.array(fc.oneof(...body), { maxLength: 8 }),
    end,
  )
  .map(([before, head, body, end]) => [...before, ...head, ...body, end])

/** The strategy, with saves that take their time. */
function slowDown(strategy: SessionStrategy): SessionStrategy {
  return {
    ...strategy,
    async save(...args) {
      for (let turn = 0; turn < 3; turn++) await setImmediate()
      return strategy.save(...args)
    },
  }
}

suite('whatever a handler does, its answer is, byte by byte, the one that it gives without sessions', () => {
  const open = async () => {
    const { now } = createClock()
    const strategy = slowDown(createStoredStrategy({ store: new TrialStore(), keys: ['x'.repeat(32)], now }))
    const app = express().set('env', 'test')
    let steps: readonly Step[] = []
    app.use('/with', sessions({ strategy, now }))
    app.use('/without', (req, _res, next) => {
      Object.assign(req, { session: {} })
      next()
    })
    app.all(['/with', '/without'], (req, res, next) => {
      res.sendDate = false
      follow(steps, req, res).catch(next)
    })
    const server = await serve(app)
    const answers = async (method: string, next: readonly Step[], cookie?: string) => {
      steps = next
      return {
        without: await exchange(server, method, '/without'),
        with: await exchange(server, method, '/with', cookie),
      }
    }
    return { server, answers }
  }

  test('where the session is there already', async () => {
    const { server, answers } = await open()
    await using _ = server
    const first = await answers('GET', [{ do: 'change', value: 'first' }, { do: 'end' }])
    const [cookie] = /session=[^;]*/.exec(first.with) ?? []
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'HEAD'), handling, async (method, steps) => {
        const answer = await answers(method, steps, cookie)
        assert.equal(answer.with, answer.without)
      }),
      { numRuns: 300 },
    )
  })

  test('where it begins, but for the cookie', async () => {
    const { server, answers } = await open()
    await using _ = server
    const ours = /^(set-cookie: session=.*|cache-control: .*)\r\n/gim
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'HEAD'), handling, async (method, steps) => {
        const answer = await answers(method, [{ do: 'change', value: 'first' }, ...steps])
        assert.equal(answer.with.replace(ours, ''), answer.without.replace(ours, ''))
      }),
      { numRuns: 300 },
    )
  })
})

/** Sends a request, and returns all the bytes of the answer, as text. */
async function exchange({ port }: Served, method: string, path: string, cookie?: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  let answer = ''
  socket.setTimeout(patienceMs, () => socket.destroy())
  socket.on('data', (text: string) => {
    answer += text
  })
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: test',
    'Connection: close',
    ...(cookie ? [`Cookie: ${cookie}`] : []),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await once(socket, 'close')
  return mergeChunks(answer)
}

/** The answer as one chunk, if it has any: Node merges those of one turn, so their number depends on time. */
function mergeChunks(answer: string): string {
  const headEnd = answer.indexOf('\r\n\r\n') + 4
  if (!/^transfer-encoding: chunked\r$/im.test(answer.slice(0, headEnd))) return answer
  let content = ''
  for (let at = headEnd; at < answer.length; ) {
    const sizeEnd = answer.indexOf('\r\n', at)
    const size = Number.parseInt(answer.slice(at, sizeEnd), 16)
    at = sizeEnd + 2 + size + 2
    content += answer.slice(sizeEnd + 2, at - 2)
    if (size === 0)
      return `${answer.slice(0, headEnd)}${content}, and then ${JSON.stringify(answer.slice(at))}`
  }
  return `${answer.slice(0, headEnd)}${content}, cut off`
}
