import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { runBriefly } from '../run.fixture.ts'
import { isSpread } from './figures.ts'
import { chartOf, Reader, wordsOf } from './opened.fixture.ts'
import { toReported } from './reported.ts'
import { planted } from './results.fixture.ts'

let reader: Reader
before(async () => {
  reader = await Reader.start()
})
after(() => reader[Symbol.asyncDispose]())

const times = (words: readonly string[], word: string) => words.filter(other => other === word).length

/** What a row of raw numbers is told by: who, and each number of it. */
function tell(row: object): string {
  const values = Object.values(row).flatMap((value: unknown) => {
    if (isSpread(value))
      return value.min === value.max ? [value.median] : [value.median, value.min, value.max]
    return [value].flat().filter(item => typeof item === 'number')
  })
  return [Object.values(row)[0], ...values].join(' ')
}

test('each chart has its numbers below it, and each number of the results is in one of them', async () => {
  const { page } = await reader.open(planted)
  const withoutNumbers = await page
    .locator('figure')
    .evaluateAll(
      figures =>
        figures.filter(({ nextElementSibling }) => !nextElementSibling?.matches('details.raw:has(caption)'))
          .length,
    )
  assert.equal(withoutNumbers, 0)
  assert.equal(await page.locator('svg:not([aria-label])').count(), 0)
  const summaries = await page.locator('.raw summary').allTextContents()
  assert.ok(summaries.includes('Numbers: A signed-in page view (read)'))
  assert.equal(new Set(summaries).size, summaries.length)

  const shown = await page
    .locator('.raw tbody tr')
    .evaluateAll(rows =>
      rows.map(row =>
        [
          row.querySelector('th')?.textContent,
          ...[...row.querySelectorAll('data')].map(({ value }) => value),
        ].join(' '),
      ),
    )
  const { throughput, latency, restart, theft, scale, sockets, resgate } = planted
  const measured = [throughput, latency, restart, theft, scale, sockets, resgate].flat()
  assert.ok(measured.length > 200)
  assert.deepEqual([...new Set(shown)].toSorted(), [...new Set(measured.map(tell))].toSorted())
})

test('bars are as long as the numbers say, and say them', async () => {
  const { page } = await reader.open(planted)
  const label = 'A signed-in page view: overhead'
  const rows = planted.throughput.filter(
    ({ scenario, sessionBytes, concurrency }) =>
      scenario === 'read' && sessionBytes === 200 && concurrency === 32,
  )
  const words = await wordsOf(page, label)
  const lengths = await chartOf(page, label)
    .locator('path[fill="var(--ours)"], path[fill="var(--peer)"]')
    .evaluateAll(bars => bars.map(bar => (bar as SVGGraphicsElement).getBBox().width))
  const stateful = rows.filter(({ contender }) => contender !== 'none')
  const stored = stateful.filter(({ storeCpuMicros }) => storeCpuMicros)
  const [overheads, inStores, rates] = [
    lengths.splice(0, stateful.length),
    lengths.splice(0, stored.length),
    lengths,
  ] as const
  assertProportional(
    overheads,
    stateful.map(({ overheadMicros }) => overheadMicros.median),
  )
  assertProportional(
    inStores,
    stored.map(({ storeCpuMicros }) => Number(storeCpuMicros)),
  )
  assertProportional(
    rates,
    stateful.map(({ rps }) => rps.median),
  )
  for (const { contender, rps } of rows) {
    assert.ok(words.includes(contender), contender)
    assert.ok(words.includes(rps.median.toLocaleString('en')), contender)
  }
  assert.ok(words.includes('23.7 µs'))
})

function assertProportional(lengths: readonly number[], values: readonly number[]) {
  const [ascending, sorted] = [lengths, values].map(list => list.toSorted((a, b) => a - b)) as [
    number[],
    number[],
  ]
  assert.equal(ascending.length, sorted.length)
  const unit = (ascending.at(-1) as number) / (sorted.at(-1) as number)
  for (const [index, length] of ascending.entries())
    assert.ok(Math.abs(length - unit * (sorted[index] as number)) < 0.5, `${length}`)
}

test('a relogin costs the same in the chart as in the answer', async () => {
  const { page } = await reader.open(planted)
  const [row] = planted.sockets.filter(({ contender }) => contender === 'relogin-key-memory')
  const price = `${row?.overheadMicros.median.toFixed(1)} µs`
  assert.ok((await wordsOf(page, 'Overhead and number of relogins')).includes(price))
  assert.match(await page.innerText('#answers'), new RegExp(`relogin-key-memory\\s+${price} a relogin`))
})

test('who is still signed in is told in words, and an answer that named the wrong user is flagged', async () => {
  const { page } = await reader.open(planted)
  const label = 'When the server fails'
  const words = await wordsOf(page, label)
  const rows = planted.restart.filter(
    ({ contender, fault }) => !/key|resgate/.test(contender) && !/store/.test(fault),
  )
  const safe = rows.filter(({ wrongUser }) => wrongUser === 0)
  assert.equal(times(words, 'nobody'), safe.filter(({ stillSignedIn }) => stillSignedIn === 0).length)
  assert.equal(
    times(words, 'all'),
    safe.filter(({ stillSignedIn, clients }) => stillSignedIn === clients).length,
  )
  assert.equal(times(words, '99.9 %'), 1)
  assert.equal(times(words, '⚠ 3 wrong'), 1)
  assert.equal(await chartOf(page, label).locator('[stroke="var(--alarm)"]').count(), 1)
  assert.match(await page.innerText('.alarm'), /^3 answers named the wrong user/)
  const ofStore = await wordsOf(page, 'When the store fails')
  assert.equal(times(ofStore, 'all, 2.0 s'), 6)
  assert.equal(times(ofStore, '13 %'), 1)
})

test('a copy that lives on, one that nothing can end, and one that never worked are told apart', async () => {
  const { page } = await reader.open(planted)
  const words = await wordsOf(page, 'How long a copied cookie works')
  const rows = planted.theft.filter(({ contender }) => !contender.includes('key'))
  const living = rows.filter(({ worksForMs }) => worksForMs === null)
  assert.equal(times(words, 'as long as it lives'), living.filter(({ isOffered }) => isOffered).length)
  assert.equal(times(words, 'no way to end it'), living.filter(({ isOffered }) => !isOffered).length)
  assert.equal(times(words, 'not at all'), rows.filter(({ worksForMs }) => worksForMs === 0).length)
  assert.equal(times(words, '480 ms'), 3)

  assert.deepEqual(await page.locator('#theft .notes li').allTextContents(), [
    `A copy that lives is good for an hour from its last use: ${[...new Set(living.map(({ contender }) => contender))].join(', ')}.`,
  ])
  assert.deepEqual(await page.locator('#sockets .notes li', { hasText: 'owner' }).allTextContents(), [
    'relogin-key-memory, owner first: the owner does not notice.',
    'single-use-key, owner first: the owner does not notice.',
  ])
})

test('the numbers of all are in the page once, and can be taken away as a file', async () => {
  const { page } = await reader.open(planted)
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')])
  assert.equal(download.suggestedFilename(), 'sojourn-bench-2026-11-21.json')
  assert.deepEqual(
    JSON.parse(await readFile(await download.path(), 'utf8')),
    JSON.parse(JSON.stringify(planted)),
  )
})

test('a run that was just made can be read', async () => {
  const { results } = await runBriefly('--only', 'memory', '--scenario', 'read,theft')
  const { page, noise } = await reader.open(toReported(results))
  const [row] = results.throughput.filter(({ contender }) => contender === 'memory')
  const rate = Math.round(row?.rps.median ?? 0).toLocaleString('en')
  assert.ok((await wordsOf(page, 'A signed-in page view')).includes(rate))
  assert.match(await page.innerText('#answers'), /memory\s+-?[\d.]+ µs a page view/)
  assert.deepEqual(noise, [])
})
