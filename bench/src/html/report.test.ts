import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { linearRange } from './chart.ts'
import { mergeReported } from './merge-reported.ts'
import { chartOf, Reader, wordsOf } from './opened.fixture.ts'
import { type Reported, toReported } from './reported.ts'
import { guest, planted } from './results.fixture.ts'

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

test('what a newer file has besides is told with the numbers', async () => {
  const [row] = planted.throughput
  const unrest = { ofNone: 0.21, stealMs: null }
  const { page, noise } = await reader.open(
    toReported({ throughput: [{ ...row, unrest }], unrest } as unknown as Partial<Reported>),
  )
  assert.match((await page.locator('.raw').first().textContent()) ?? '', /of none: 0\.21, steal, ms: –/)
  assert.deepEqual(noise, [])
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

test('the marks of a scale are round, and its end is one of them', () => {
  assert.deepEqual(linearRange([5850, 300]), { min: 0, max: 6000, interval: 2000 })
  assert.deepEqual(linearRange([-3, 12]), { min: -5, max: 15, interval: 5 })
  assert.deepEqual(linearRange([0]), { min: 0, max: 1, interval: 0.5 })
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

test('an application of the reader’s stands beside ours, and the page says where it comes from', async () => {
  const { page, noise } = await reader.open(mergeReported(planted, guest))
  const words = await wordsOf(page, 'A signed-in page view: overhead')
  for (const word of ['127.0.0.1:3000', '2,222', '120 µs', 'redis', '32,106', '14.1 µs', '58,641'])
    assert.ok(words.includes(word), word)
  assert.ok(!words.includes('31,111')) // of the app without sessions in its run
  const steps = await wordsOf(page, 'A signed-in page view, by the size of the session')
  assert.ok(steps.includes('redis') && !steps.includes('127.0.0.1:3000'))
  assert.match(await page.innerText('#cost'), /127\.0\.0\.1:3000: 16 connections, the median of 5 rounds/)
  assert.match(
    await page.innerText('header'),
    /127\.0\.0\.1:3000, from another run: 2 × Other Processor · Node v26\.10\.0 · 2026-11-22, 08:00 UTC\. .*another machine/,
  )
  assert.match(
    await page.innerText('#answers'),
    /127\.0\.0\.1:3000\s+120 µs a page view.*0\.07.*whether it was restarted is not known.*session fixation/s,
  )
  assert.deepEqual((await wordsOf(page, 'When yours is restarted')).toSorted(), [
    '127.0.0.1:3000',
    'Restart',
    'not known',
  ])
  assert.deepEqual(await page.locator('#faults .notes li', { hasText: 'away' }).allTextContents(), [
    '127.0.0.1:3000: the application was never seen to be away.',
  ])
  assert.doesNotMatch(await page.innerText('body'), /undefined|NaN|null|Infinity|∞/)
  assert.deepEqual(noise, [])
})

test('the same of a contender in two files is refused, and not drawn twice', () => {
  assert.throws(() => mergeReported(planted, planted), /^Error: memory is in two of the files\..*--compare/)
  const { scale, ...rest } = planted
  assert.deepEqual(mergeReported({ ...rest, scale: [] }, toReported({ scale })).scale, scale)
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

  await writeFile(join(reader.folder, 'guest.json'), JSON.stringify(guest))
  assert.equal(run(['run.json', 'guest.json', '--output', 'own.html', '--no-open']).status, 0)
  assert.match(await readFile(join(reader.folder, 'own.html'), 'utf8'), /127\.0\.0\.1:3000, from another run/)
  assert.match(run(['run.json', 'run.json', '--no-open']).stderr, /^memory is in two of the files\..*\n$/)
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
