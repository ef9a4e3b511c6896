import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chartOf, Reader, wordsOf } from './opened.fixture.ts'
import { type Reported, toReported } from './reported.ts'
import { planted } from './results.fixture.ts'

let reader: Reader
before(async () => {
  reader = await Reader.start()
})
after(() => reader[Symbol.asyncDispose]())

const titlesOf = async ({ page }: Awaited<ReturnType<Reader['open']>>) => page.locator('h2').allTextContents()

test('a report asks nobody for anything, and no figure of it is missing', async () => {
  const opened = await reader.open(planted)
  assert.deepEqual(await titlesOf(opened), [
    'In short',
    'What does it cost?',
    'How long does an answer take?',
    'Who is still signed in after a fault?',
    'How long does a theft last?',
    'How does it grow?',
    'Sessions on sockets',
    'Sessions through Resgate',
    'Not run',
    'The run',
  ])
  assert.doesNotMatch(await opened.page.innerText('body'), /undefined|NaN|null|\[object/)
  assert.doesNotMatch(await opened.page.content(), /undefined|NaN/)
  assert.match(
    await opened.page.innerText('#answers'),
    /memory\s+5\.4 µs a page view, 0\.23 of express-session-memory/,
  )
  assert.match(await opened.page.innerText('#not-run'), /level, mixed: it ended unexpectedly/)
  assert.match(await opened.page.innerText('#run'), /abc1234.*--full.*70 minutes/s)
  assert.deepEqual(opened.noise, [])
})

test('what an older file does not have is left out', async () => {
  const { throughput, machine, commit, date } = planted
  const opened = await reader.open(toReported({ machine, commit, date, throughput }))
  assert.deepEqual(await titlesOf(opened), ['In short', 'What does it cost?', 'The run'])
  assert.deepEqual(opened.noise, [])
  assert.deepEqual(await titlesOf(await reader.open(toReported({}))), ['The run'])
})

test('latencies at one rate only are bars, not curves', async () => {
  const latency = planted.latency.filter(({ requestsPerSecond }) => requestsPerSecond === 4000)
  const { page } = await reader.open({ ...planted, latency })
  const words = await wordsOf(page, 'p50, p99 and p99.9')
  assert.ok(words.includes('p99 at 4,000/s'))
  assert.ok(words.includes('express-session-redis'))
  assert.equal(await chartOf(page, 'p99 of each contender by requests per second').count(), 0)

  const shares = latency.map((row, index) => ({
    ...row,
    requestsPerSecond: 900 * index,
    shareOfCapacity: 0.5,
  }))
  const opened = await reader.open({ ...planted, latency: shares })
  assert.ok((await wordsOf(opened.page, 'p50, p99 and p99.9')).includes('p99 at 50 % of its best'))
})

test('an application of the reader’s, of which less is known, is read as well', async () => {
  const [row] = planted.throughput.filter(({ contender }) => contender === 'redis')
  const unknown = { sessionBytes: null, cpuMicros: null, overheadMicros: null, rssBytes: null }
  const throughput = ['none', '127.0.0.1:3000'].map(contender => ({ ...row, ...unknown, contender }))
  const { page, noise } = await reader.open(toReported({ throughput } as unknown as Partial<Reported>))
  const words = await wordsOf(page, 'A signed-in page view')
  assert.ok(words.includes('127.0.0.1:3000'))
  assert.ok(words.includes('Requests per second'))
  assert.ok(!words.includes('Overhead of a request'))
  assert.deepEqual(noise, [])
})

test('what looks like markup is text', async () => {
  const name = '<img src=x onerror=alert(1)>'
  const reason = '</script><b>&amp;'
  const rename = <T extends object>(rows: readonly T[]) => rows.map(row => ({ ...row, contender: name }))
  const { page, noise } = await reader.open({
    ...planted,
    commit: name,
    throughput: [...planted.throughput, ...rename(planted.throughput.slice(0, 1))],
    restart: [...planted.restart, ...rename(planted.restart.slice(0, 1))],
    theft: rename(planted.theft.slice(0, 1)),
    latency: [...planted.latency, ...rename(planted.latency.slice(0, 4))],
    notRun: [{ contender: name, reason, log: [reason] }],
  })
  assert.equal(await page.locator('img, b:not(figcaption b)').count(), 0)
  assert.ok((await wordsOf(page, 'A signed-in page view')).includes(name))
  assert.ok((await wordsOf(page, 'p99 of each contender')).includes(name))
  assert.equal(await page.locator('.raw th', { hasText: name }).first().textContent(), name)
  assert.equal(
    await page
      .locator('#not-run li')
      .first()
      .textContent()
      .then(text => text?.includes(reason)),
    true,
  )
  assert.equal(JSON.parse((await page.textContent('#results')) ?? '').notRun[0].reason, reason)
  assert.deepEqual(noise, [])
})

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, ['--conditions=source', main, ...args], {
    encoding: 'utf8',
    env: { ...process.env, SOJOURN_CWD: reader.folder, ...env },
  })

test('the command writes the report of a file that is named, and does without a browser', async () => {
  await writeFile(join(reader.folder, 'run.json'), JSON.stringify(planted))
  const { stdout, status } = run(['run.json', '--output', 'own.html'], { PATH: '' })
  assert.equal(status, 0)
  assert.equal(stdout, `The report is in ${join(reader.folder, 'own.html')}\n`)
  assert.match(await readFile(join(reader.folder, 'own.html'), 'utf8'), /What sessions cost/)
})

test('the command opens the report where there is a browser', async () => {
  const bin = join(reader.folder, 'bin')
  await mkdir(bin)
  const note = join(reader.folder, 'opened')
  for (const opener of ['xdg-open', 'open'])
    await writeFile(join(bin, opener), `#!/bin/sh\nprintf %s "$1" >${note}\n`, { mode: 0o755 })
  await writeFile(join(reader.folder, 'run.json'), '{}')
  assert.equal(run(['run.json', '--output', 'seen.html'], { PATH: bin }).status, 0)
  const readNote = () => readFile(note, 'utf8').catch(() => '')
  const end = Date.now() + 30_000
  while ((await readNote()) === '' && Date.now() < end) await setTimeout(10)
  assert.equal(await readNote(), pathToFileURL(join(reader.folder, 'seen.html')).href)
})

test('a file that is not there, or is none of results, is told in a line', async () => {
  const missing = run(['nowhere.json', '--no-open'])
  assert.equal(missing.status, 1)
  assert.match(missing.stderr, /^There are no results in .*nowhere\.json: npm run bench writes them.*\n$/)
  await writeFile(join(reader.folder, 'torn.json'), '{"machine":')
  assert.match(run(['torn.json', '--no-open']).stderr, /torn\.json is not a results file: it is no JSON\.\n$/)
})
