import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { prepareAfterwards } from '../afterwards.ts'
import { type Reported, toReported } from '../html/reported.ts'
import { planted } from '../html/results.fixture.ts'
import { parseOptions } from '../options.ts'
import { checkDocuments } from './check.ts'
import { complete } from './complete.fixture.ts'
import { machineName } from './machine-name.ts'
import { publish, repository } from './publish.ts'
import { documents } from './regions.ts'
import { putTogether } from './together.ts'

const comparison = 'docs/comparison.md'
const resultsFile = 'bench/results/planted-processor-2-cores.json'

let root: string
const read = (path: string) => readFile(join(root, path), 'utf8')
const anyway = (results: Reported) => publish(results, { isAnyway: true, root })

async function change(path: string, what: string | RegExp, into: string) {
  const text = await read(path)
  assert.notEqual(text.replace(what, into), text, `there is no ${what} in ${path}`)
  await writeFile(join(root, path), text.replace(what, into))
}

/** The repository's own documents, in a place of their own. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sojourn-publish-'))
  await mkdir(join(root, 'bench/results'), { recursive: true })
  for (const path of Object.keys(documents)) await cp(join(repository, path), join(root, path))
})
afterEach(() => rm(root, { recursive: true }))

describe('what is published', () => {
  test('is written into the regions, and into a file named after the machine', async () => {
    const files = await publish(complete, { isAnyway: false, root })
    assert.deepEqual(files, [join(root, resultsFile), join(root, comparison), join(root, 'README.md')])
    assert.deepEqual(JSON.parse(await read(resultsFile)), JSON.parse(JSON.stringify(complete)))
    const text = await read(comparison)
    assert.match(text, /Commit `abc1234`, 2026-11-21, `--full`; 2 × Planted Processor/)
    assert.match(
      text,
      /\| `redis` \| 32,106 \| 0\.55 \| 30\.1 µs \| \*\*14\.1 µs\*\* \| 13\.1–15\.7 \| 13\.5 µs \| 1\.0 \| 512 \|/,
    )
    assert.match(text, /\| `redis` \| 13 % \|.* 100 % after 2\.0 s \|/)
    assert.match(text, /\| +\| 1 connection \| 32 connections \| 256 connections \|/)
    assert.match(text, /\| `redis` \| \*\*21\.1 µs\*\* \| \*\*14\.1 µs\*\* \| \*\*14\.7 µs\*\* \|/)
    assert.match(text, /\| p99 \| at 2,000 requests\/s \| at 4,000 requests\/s \|/)
    assert.match(text, /\| express-session, connect-pg-simple \| 1\.7 ms \| .* ms \| cannot \| cannot \|/)
    assert.match(text, /\| `relogin-key`, memory \| 13,992 \| 0\.34 \| \*\*46\.6 µs\*\* \|/)
    assert.match(text, /\| `cookie` \| lives \| lives \(cannot\) \|/)
    assert.match(text, /client-sessions at 3,000 B: its cookie of 4,152 bytes is dropped by browsers\./)
    assert.match(text, /\| `cookie` \| yes \| yes \| no \| at save \| no \| no \|/)
    assert.match(text, /cookie-session: \*\*3 answers named another user\*\*/)
    assert.match(
      await read('README.md'),
      /\| `cookie` \| outlives restarts; any number of servers; a stolen cookie outlives sign-out \| 4\.5 µs a page view/,
    )
    assert.deepEqual(await checkDocuments(root), [])
  })

  test('leaves what is written by hand as it was', async () => {
    const byHand = async () => (await read(comparison)).replaceAll(/ -->\n.*?<!-- end -->/gs, '')
    const before = await byHand()
    await anyway(planted)
    assert.equal(await byHand(), before)
  })

  test('says of which work tree it is', async () => {
    await anyway({ ...complete, commit: 'abc1234+' })
    assert.match(await read(comparison), /Commit `abc1234` and changes that are not in it, 2026-11-21/)
  })

  test('says what was not measured', async () => {
    await anyway({ ...complete, theft: [] })
    assert.match(await read(comparison), /generated: theft .*\n\nNot measured in the run that is published/)
    assert.match((await checkDocuments(root)).join(), /nobody was run in theft/)
  })

  test('names no path of the machine', async () => {
    const log = [`    at ${repository}bench/src/level.ts:12`]
    const options = '--full --json /home/somebody/run.json --publish --anyway --rounds 7'
    await anyway({ ...complete, options, notRun: [{ contender: 'level', reason: 'it ended', log }] })
    const [text, file] = [await read(comparison), await read(resultsFile)]
    assert.ok(!file.includes(repository) && !file.includes('somebody'))
    assert.match(text, /2026-11-21, `--full --rounds 7`; /)
  })
})

describe('a run of its own for growth', () => {
  const million = complete.scale.filter(({ sessions }) => sessions === 1_000_000)
  const others = complete.scale.filter(row => !million.includes(row))
  const main = { ...complete, scale: others }
  const growth: Reported = {
    ...toReported({ machine: complete.machine, commit: complete.commit }),
    date: '2026-11-22T01:00:00.000Z',
    options: '--scenario scale --sizes 1000000 --json /home/somebody/scale.json',
    scale: million,
  }

  test('is published with the rest, which the document says', async () => {
    await publish(putTogether([main, growth]), { isAnyway: false, root })
    const text = await read(comparison)
    assert.match(text, /Put together with a run of 2026-11-22, `--scenario scale --sizes 1000000`\./)
    assert.match(text, / \| 1,000,000 \| memory per session \|/)
    assert.match(text, /Commit `abc1234`, 2026-11-21, `--full`/)
    assert.deepEqual(await checkDocuments(root), [])
  })

  test('is refused if it is of another machine or commit, or has the same rows', () => {
    const together = (other: Partial<Reported>) => () => putTogether([main, { ...growth, ...other }])
    assert.throws(together({ commit: 'def5678' }), /of one commit .*abc1234 and def5678/)
    assert.throws(together({ machine: { ...main.machine, memoryBytes: 1 } }), /of one machine/)
    assert.throws(together({ scale: complete.scale }), /the row memory, 1000/)
    assert.throws(together({ throughput: main.throughput.slice(0, 1) }), /the row none, read, 200, 32/)
    assert.doesNotThrow(together({}))
  })
})

test('the files that are published together are named after the option', async () => {
  const files = ['a.json', 'b.json'].map(name => join(root, name)) as [string, string]
  const { theft, ...main } = complete
  await writeFile(files[0], JSON.stringify(main))
  await writeFile(
    files[1],
    JSON.stringify({ machine: main.machine, commit: main.commit, date: 'then', theft }),
  )
  const { afterwards } = parseOptions(['--publish', ...files])
  const { finished, other } = await prepareAfterwards(afterwards)
  assert.deepEqual([finished?.furtherRuns, other], [[{ date: 'then' }], null])
  assert.deepEqual(finished?.theft, theft)
})

describe('what is refused, so that nothing is written', () => {
  const refused: [string, Reported, RegExp][] = [
    [
      'a work tree with changes',
      { ...complete, commit: 'abc1234+' },
      /changes that are not in commit abc1234/,
    ],
    ['no commit', { ...complete, commit: 'unknown' }, /not known of which commit/],
    [
      'a contender that is missing',
      { ...complete, throughput: complete.throughput.filter(({ contender }) => contender !== 'redis') },
      /published: redis was not run in read, write, anonymous, mixed, login, first-read[.;:]/,
    ],
    [
      'a contender that could not run',
      { ...complete, notRun: [{ contender: 'level', during: 'mixed', reason: 'it ended' }] },
      /level was not run in mixed \(it ended\)/,
    ],
    [
      'a contender that lacks one measurement',
      {
        ...complete,
        throughput: complete.throughput.filter(row => row.contender !== 'redis' || row.scenario !== 'mixed'),
      },
      /redis was not run in mixed/,
    ],
    [
      'a fault that one was spared',
      {
        ...complete,
        restart: complete.restart.filter(row => row.contender !== 'level' || row.fault !== 'rolling-deploy'),
      },
      /level was not run in rolling-deploy/,
    ],
    ['a quick run', { ...complete, options: '--quick --rounds 9' }, /it is a --quick run/],
    [
      'too few rounds',
      { ...complete, sockets: complete.sockets.map(row => ({ ...row, rounds: 4 })) },
      /5 rounds are the fewest, and some rows are of 4/,
    ],
    ['no theft', { ...complete, theft: [] }, /nobody was run in theft.*nothing for the region theft/s],
  ]
  for (const [what, results, words] of refused) {
    test(what, async () => {
      const before = await read(comparison)
      await assert.rejects(publish(results, { isAnyway: false, root }), words)
      assert.equal(await read(comparison), before)
      await assert.rejects(read(resultsFile))
      await anyway(results)
      assert.match((await checkDocuments(root)).join('\n'), words) // nor is it ever thought good
    })
  }
})

describe('the check of the documents tells', () => {
  beforeEach(() => anyway(complete))

  const tells = async (words: RegExp) => {
    const faults = await checkDocuments(root)
    assert.match(faults.join('\n'), words)
  }
  const remedy = /To mend that: npm run bench -- --publish bench\/results\/planted-processor-2-cores\.json/

  test('a figure that was changed, with what it should be, and the command that mends it', async () => {
    await change(comparison, '| 32,106 |', '| 42,106 |')
    await tells(/comparison\.md, region read: there is\n.* 42,106 .*\n {2}where there should be\n.* 32,106 /)
    await tells(remedy)
    await change('README.md', '14.1 µs a page view', '4.1 µs a page view')
    await tells(/README\.md, region in-short:/)
    await anyway(complete)
    assert.deepEqual(await checkDocuments(root), [])
  })

  test('a line that was added or lost', async () => {
    await change(comparison, /\| `level` \| 40,526.*\n/, '')
    await tells(/region read: there is\n.*`cookie`.*\n.*\n.*`level`/)
    await anyway(complete)
    await change(comparison, /(\| iron-session \| 7,375.*\n)/, '$1$1')
    await tells(/region read: there is\n.*iron-session/)
  })

  test('results that are others, or not there', async () => {
    await change(resultsFile, '"sessions": 10000,', '"sessions": 20000,')
    await tells(/region growth: there is\n.* 10,000 .*\n.*\n.* 20,000 /)
    await rm(join(root, resultsFile))
    await tells(/is of bench\/results\/planted-processor-2-cores\.json, which is not there/)
  })

  test('a promise that the strategy does not make', async () => {
    await change(comparison, '| `level` | yes | no |', '| `level` | yes | yes |')
    await tells(/region traits: there is\n.*`level` \| yes \| yes .*\n.*\n.*`level` \| yes \| no /)
    await tells(remedy)
  })

  test('a region that is gone, open or double', async () => {
    const theft = '<!-- generated: theft (npm run bench -- --publish) -->\n'
    await change(comparison, theft, '')
    await tells(
      /there must be one region theft, from a line "<!-- generated: theft \(npm run bench -- --publish\) -->"/,
    )
    await assert.rejects(anyway(complete), /one region theft/)
    await change(comparison, '## Growth', `${theft}## Growth`)
    await tells(/region theft: another begins in it/)
    await change(comparison, '## Growth', `<!-- end -->\n${theft}<!-- end -->\n## Growth`)
    await tells(/one region theft/)
  })

  test('a figure that was written by hand', async () => {
    for (const figure of [
      '5.4 µs',
      '99 %',
      '28,990 requests/s',
      '744 KB',
      '2 GB',
      '3.5 s',
      '376 B',
      '4 times',
    ]) {
      await anyway(complete)
      await change(comparison, '## Growth', `## Growth\n\nIt is ${figure} here.`)
      await tells(new RegExp(`"${figure}" is written by hand`))
      await change(comparison, `It is ${figure} here.`, '')
    }
    assert.deepEqual(await checkDocuments(root), [])
  })

  test('a figure in the README of a package, but not a limit', async () => {
    await mkdir(join(root, 'packages/any'), { recursive: true })
    const write = (text: string) => writeFile(join(root, 'packages/any/README.md'), text)
    await write('After 10 s, or 4,096 bytes.')
    assert.deepEqual(await checkDocuments(root), [])
    await write('It takes 4.6 µs a page view.')
    await tells(/packages\/any\/README\.md: "4\.6 µs" is written by hand/)
  })

  test('a figure in a region that nobody writes', async () => {
    await change(comparison, '## Growth', '<!-- generated: mine (me) -->\n99 %\n<!-- end -->\n\n## Growth')
    await tells(/comparison\.md: there is no region mine/)
  })

  test('a document of no results', async () => {
    await change(comparison, '../bench/results/', '../elsewhere/')
    await tells(/names no results: npm run bench -- --publish/)
  })
})

test('without a finished run, a full one is published, unless a quick one is asked for', () => {
  const full = parseOptions(['--publish'])
  assert.ok(full.afterwards.isPublished && full.measurements.includes('theft'))
  assert.ok(!parseOptions(['--publish', '--quick']).measurements.includes('theft'))
})

test('a machine is named by its processor and cores, safely for a file', () => {
  const machine = { ...planted.machine, cpu: 'Intel(R) Xeon(R) CPU E5-2670 v2 @ 2.50GHz', cores: 16 }
  assert.equal(machineName(machine), 'intel-xeon-cpu-e5-2670-v2-2-50ghz-16-cores')
  assert.equal(machineName({ ...machine, cpu: '../Apple M4/', cores: 1 }), 'apple-m4-1-core')
})
