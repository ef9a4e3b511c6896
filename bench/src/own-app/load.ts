// The load generator, as a process of its own. It checks every answer.
import { createHistogram } from 'node:perf_hooks'
import autocannon from 'autocannon'
import { Browser } from './browser.ts'
import { createExpectation, fillIn } from './expectation.ts'
import type { OwnLoad, OwnLoadReport } from './load-process.ts'
import { request } from './request.ts'

process.on('message', async (load: OwnLoad) => {
  process.send?.(await report(load))
})
process.on('disconnect', () => process.exit())

interface Visitor {
  readonly number: number | null
  readonly path: string
  readonly browser: Browser
}

/** Of an answer. */
type Check = (visitor: Visitor, status: number, body: string, bytes: number, ms: number) => void

async function report(load: OwnLoad): Promise<OwnLoadReport> {
  const { place, headers, expected } = load
  const expectation = createExpectation(expected)
  const visitors = load.clients.map(({ number, path, cookies }) => ({
    number,
    path,
    browser: new Browser(place, headers, cookies),
  }))
  const latency = createHistogram()
  const wrong = { answers: 0, otherUser: 0, first: null as string | null }
  let bytes = 0

  const check: Check = ({ number, path }, status, body, size, ms) => {
    bytes += size
    latency.record(Math.max(1, Math.round(ms * 1000)))
    const seen = expectation.seenBy(number ?? 0, body)
    const isRight = status < 500 && status !== 429 && seen === (number === null ? 'nobody' : 'own')
    if (isRight) return
    wrong.answers++
    if (seen === 'other' || (number === null && seen === 'own')) wrong.otherUser++
    const what =
      seen === 'other'
        ? `showed the page of another user than ${number}`
        : `was answered ${status}, ${seen === 'own' ? 'with' : 'without'} "${fillIn(expected, number ?? 0)}"`
    wrong.first ??= `${path} ${what}`
  }

  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const { failed, isClosed } = await (load.keepsAlive ? askOnConnections : askOneByOne)(load, visitors, check)
  const { user, system } = process.cpuUsage(cpuBefore)
  const seconds = (performance.now() - startedAt) / 1000
  if (failed > 0) {
    wrong.answers += failed
    wrong.first ??= `${failed} requests got no answer`
  }
  return {
    requests: latency.count,
    seconds,
    p50Ms: latency.percentile(50) / 1000,
    p99Ms: latency.percentile(99) / 1000,
    responseBytes: latency.count > 0 ? bytes / latency.count : 0,
    loaderBusy: (user + system) / 1e6 / seconds,
    wrong,
    keepsAlive: load.keepsAlive && !isClosed,
    credentialBytes: Math.max(
      ...visitors.map(({ browser, path }) => browser.jar.headerFor(path)?.length ?? 0),
    ),
    clients: visitors.map(({ number, path, browser }) => ({ number, path, cookies: browser.jar.cookies })),
  }
}

interface Asked {
  /** How many requests got no answer. */
  readonly failed: number
  readonly isClosed: boolean
}

/** Each on a connection that stays open. */
async function askOnConnections(load: OwnLoad, visitors: readonly Visitor[], check: Check): Promise<Asked> {
  const { place, seconds } = load
  const { protocol, host } = new URL(place.origin)
  const address = place.address.includes(':') ? `[${place.address}]` : place.address
  let next = 0
  let isClosed = false
  const { errors } = await autocannon({
    url: `${protocol}//${address}:${place.port}`,
    connections: visitors.length,
    duration: seconds,
    sampleInt: 100,
    setupClient(connection) {
      const visitor = visitors[next++] as Visitor
      const { number, path, browser } = visitor
      let answered: [status: number, bytes: number, ms: number] = [0, 0, 0]
      connection.setRequests([{ path, headers: { host, ...browser.headersFor(path) } }])
      connection.on('headers', ({ headers: raw, shouldKeepAlive }: AnswerHead) => {
        isClosed ||= !shouldKeepAlive // and autocannon writes the next request into what is closing
        const setCookies = raw.filter((_, index) => index % 2 === 1 && isSetCookie(raw[index - 1]))
        if (number === null || setCookies.length === 0) return
        browser.jar.keep(setCookies, path)
        connection.setHeaders({ host, ...browser.headersFor(path) })
      })
      connection.on('response', (...given: typeof answered) => {
        answered = given
      })
      connection.opts.verifyBody = body => {
        check(visitor, answered[0], body, answered[1], answered[2])
        return true
      }
    },
  })
  return { failed: errors, isClosed }
}

/** As http-parser-js gives it. */
interface AnswerHead {
  readonly headers: readonly string[]
  readonly shouldKeepAlive: boolean
}

const isSetCookie = (name: string | undefined) => name?.toLowerCase() === 'set-cookie'

/** Each request on a connection of its own, for an application that closes them. */
async function askOneByOne(load: OwnLoad, visitors: readonly Visitor[], check: Check): Promise<Asked> {
  const { place, seconds } = load
  const end = performance.now() + seconds * 1000
  let failed = 0
  await Promise.all(
    visitors.map(async visitor => {
      const { number, path, browser } = visitor
      while (performance.now() < end) {
        const askedAt = performance.now()
        try {
          const answer = await request(place, { method: 'GET', path, headers: browser.headersFor(path) })
          const { status, body, bytes, setCookies } = answer
          if (number !== null) browser.jar.keep(setCookies, path)
          check(visitor, status, body, bytes, performance.now() - askedAt)
        } catch {
          failed++
        }
      }
    }),
  )
  return { failed, isClosed: false }
}
