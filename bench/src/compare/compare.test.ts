import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Reported } from '../html/reported.ts'
import { planted as once } from '../html/results.fixture.ts'
import type { Spread } from '../results.ts'
import { finish, run, textOf } from '../run.fixture.ts'
import { compareResults } from './report.ts'

type Rows = Pick<Reported, 'throughput' | 'restart' | 'theft' | 'scale' | 'sockets' | 'resgate'>

/** The planted run, of so many rounds. */
const ofRounds = (rounds: number): Reported => ({
  ...once,
  throughput: once.throughput.map(row => ({ ...row, rounds })),
  sockets: once.sockets.map(row => ({ ...row, rounds })),
  resgate: once.resgate.map(row => ({ ...row, rounds })),
})
const planted = ofRounds(5)

/** The planted run, but for what `change` returns of those rows that `isMeant`. */
function but<Name extends keyof Rows>(
  name: Name,
  isMeant: (row: Rows[Name][number]) => boolean,
  change: (row: Rows[Name][number]) => Partial<Rows[Name][number]>,
): Reported {
  const rows = (planted[name] as Rows[Name][number][]).map(row =>
    isMeant(row) ? { ...row, ...change(row) } : row,
  )
  assert.notDeepEqual(rows, planted[name], 'nothing is changed')
  return { ...planted, [name]: rows }
}

const times = ({ median, min, max }: Spread, factor: number) => ({
  median: median * factor,
  min: min * factor,
  max: max * factor,
})

const isUsualRead = (contender: string) => (row: Rows['throughput'][number]) =>
  row.contender === contender && row.scenario === 'read' && row.sessionBytes === 200 && row.concurrency === 32

const changesOf = (printed: string) => printed.split('\n').filter(line => /^ +(WORSE|better) {2}/.test(line))

test('a run is beside itself as it was', () => {
  assert.match(compareResults(planted, planted), /^ +Nothing changed beyond the noise, of \d{3} figures\.\n/)
})

test('who got slower is told first, in words, and nobody else', () => {
  const slower = but('throughput', isUsualRead('redis'), row => ({
    overheadMicros: times(row.overheadMicros, 1.5),
    ratioToNone: times(row.ratioToNone, 0.7),
  }))
  const printed = compareResults(planted, slower)
  assert.match(printed, /^ {2}Of \d+ figures, 2 got worse and 0 better, beyond the noise\.\n/)
  assert.deepEqual(changesOf(printed), [
    '  WORSE  redis, read, 200 B, 32 connections: of none 0.55 → 0.38; overhead µs 14.1 → 21.1.',
  ])
  assert.match(printed, /\n +redis +0\.55 → 0\.38 +14\.1 → 21\.1 +.* WORSE\n/)
  assert.match(compareResults(slower, planted), / 0 got worse and 2 better,/)
})

test('what differs by less than the rounds do is noise, and so is what differs by a trifle', () => {
  const overlapping = but('throughput', isUsualRead('redis'), row => ({
    overheadMicros: times(row.overheadMicros, 1.15),
  }))
  assert.match(compareResults(planted, overlapping), /Nothing changed/)
  const narrow = (median: number) =>
    but('throughput', isUsualRead('cookie'), () => ({
      overheadMicros: { median, min: median - 0.1, max: median + 0.1 },
    }))
  assert.match(compareResults(narrow(4.5), narrow(5.4)), /Nothing changed/) // less than a microsecond
  assert.match(compareResults(narrow(45), narrow(49)), /Nothing changed/) // less than a tenth
  assert.match(compareResults(narrow(45), narrow(51)), / 1 got worse /)
})

test('of many rounds the ranges are wide, and the halves tell', () => {
  const quiet = (rounds: number): Reported => ({
    ...ofRounds(rounds),
    throughput: ofRounds(rounds).throughput.map(row =>
      row.contender === 'none' ? { ...row, cpuMicros: { median: 16, min: 15.9, max: 16.1 } } : row,
    ),
  })
  const told = (rounds: number, overheadHalves: readonly [number, number] | undefined) => {
    const throughput = quiet(rounds).throughput.map(row =>
      isUsualRead('redis')(row)
        ? ({ ...row, overheadMicros: times(row.overheadMicros, 1.15), overheadHalves } as typeof row)
        : row,
    )
    return changesOf(compareResults(quiet(rounds), { ...quiet(rounds), throughput }))
  }
  const worse = ['  WORSE  redis, read, 200 B, 32 connections: overhead µs 14.1 → 16.2.']
  assert.deepEqual(told(15, [16.0, 16.5]), worse)
  assert.deepEqual(told(6, [16.0, 16.5]), worse)
  assert.deepEqual(told(15, [15.0, 17.5]), []) // the run itself varied by more
  assert.deepEqual(told(15, undefined), []) // of an older file: the ranges overlap
  assert.deepEqual(told(5, [16.0, 16.5]), [])
})

test('who can no longer be measured is told first, and counts as worse', () => {
  const notRun = [...planted.notRun, { contender: 'redis', during: 'read', reason: 'a wrong answer.' }]
  const printed = compareResults(planted, { ...planted, notRun })
  assert.match(
    printed,
    /^ {2}Of \d+ figures, 1 got worse and 0 better, .*\n {2}WORSE {2}redis, read: not measured \(a wrong answer\)\.\n/,
  )
  assert.match(compareResults({ ...planted, notRun }, planted), /Nothing changed/)
})

test('what is less than the machine did to none cannot be told', () => {
  const slower = but('throughput', isUsualRead('redis'), row => ({
    ratioToNone: times(row.ratioToNone, 0.7),
  }))
  assert.match(compareResults(planted, slower), / 1 got worse /)
  assert.doesNotMatch(compareResults(planted, slower), /not at rest/)
  const restless = {
    ...slower,
    throughput: slower.throughput.map(row =>
      isUsualRead('none')(row) ? { ...row, rps: { ...row.rps, min: row.rps.min / 2 } } : row,
    ),
  }
  const printed = compareResults(planted, restless)
  assert.match(
    printed,
    /Nothing changed beyond the noise, of \d+ figures\. Of 1 more it cannot be told: .*\n.* a machine at rest/,
  )
  assert.match(printed, /\n +redis +0\.55 → 0\.38 .* \?\n/)
  assert.match(printed, /not at rest: none itself, which has no sessions, varied by up to 139 %/)
})

test('too few rounds say nothing of the noise', () => {
  const once = but('throughput', isUsualRead('redis'), row => ({
    rounds: 4,
    ratioToNone: times(row.ratioToNone, 0.5),
  }))
  const printed = compareResults(planted, once)
  assert.match(printed, /Nothing changed beyond the noise, of \d+ figures\. Of 2 more it cannot be told/)
  assert.match(printed, /\n +redis +0\.55 → 0\.27 .* \?\n/)
})

test('lost sessions are told, if so many are not lost by chance', () => {
  const share = (contender: string, fault: string, stillSignedIn: number) =>
    but(
      'restart',
      row => row.contender === contender && row.fault === fault,
      () => ({ stillSignedIn }),
    )
  const told = (stillSignedIn: number) =>
    changesOf(compareResults(planted, share('redis', 'server-killed', stillSignedIn)))
  assert.deepEqual(told(970), ['  WORSE  redis, server-killed: % signed in 100 → 97.'])
  assert.deepEqual(told(999), ['  WORSE  redis, server-killed: % signed in 100 → 99.9.'])
  const chance = (stillSignedIn: number) =>
    compareResults(planted, share('single-use-key', 'answers-lost', stillSignedIn))
  assert.match(chance(380), /Nothing changed/)
  assert.match(chance(450), / 1 better/)
})

test('a copy that lives now is told, and an answer that named another user', () => {
  const lives = but(
    'theft',
    row => row.contender === 'memory' && row.act === 'sign-out',
    () => ({
      worksForMs: null,
    }),
  )
  assert.deepEqual(changesOf(compareResults(planted, lives)), [
    '  WORSE  memory, theft, sign-out: a copy works 0 ms → as long as it lives.',
  ])
  assert.match(compareResults(lives, planted), / 0 got worse and 1 better/)
  const wrong = but(
    'restart',
    row => row.contender === 'redis' && row.fault === 'store-frozen',
    () => ({
      wrongUser: 1,
    }),
  )
  assert.match(compareResults(planted, wrong), / WORSE {2}redis, store-frozen: wrong user 0 → 1\./)
})

test('two hosts with the same processor are not one machine', () => {
  for (const other of [{ memoryBytes: 2 ** 30 }, { system: 'Linux 5.4' }]) {
    const elsewhere = { ...planted, machine: { ...planted.machine, ...other } }
    assert.match(compareResults(planted, elsewhere), /different machines, or systems: only ratios/)
  }
})

test('of another machine only ratios are compared', () => {
  const elsewhere = {
    ...but('throughput', isUsualRead('redis'), row => ({ overheadMicros: times(row.overheadMicros, 3) })),
    machine: { ...planted.machine, cpu: 'Another Processor' },
  }
  const printed = compareResults(planted, elsewhere)
  assert.match(printed, /Nothing changed/)
  assert.match(printed, /different machines, or systems: only ratios are compared/)
  assert.doesNotMatch(printed, /overhead µs/)
  const slower = but('throughput', isUsualRead('redis'), row => ({
    ratioToNone: times(row.ratioToNone, 0.5),
  }))
  assert.match(compareResults(elsewhere, slower), / 1 got worse/)
})

test('what only one of the runs has is named', () => {
  const less = { ...planted, throughput: planted.throughput.filter(row => row.contender !== 'level') }
  const none = { ...less, theft: [] }
  const printed = compareResults(planted, none)
  assert.match(
    printed,
    /Only before: read, 200 B, 32 connections;[^:]* anonymous, 200 B,\s+32 connections: level\./,
  )
  assert.match(printed, /Only before: theft, sign-out; [^:]*: memory, redis,/)
  assert.doesNotMatch(printed, /Only now/)
})

test('it fits into 100 columns, whatever changed', () => {
  const worst = {
    ...planted,
    throughput: planted.throughput.map(row => ({
      ...row,
      overheadMicros: times(row.overheadMicros, 100),
      credentialBytes: 4081,
      storeRoundTrips: 22,
    })),
    restart: planted.restart.map(row => ({
      ...row,
      stillSignedIn: 349,
      acknowledgedWritesLost: 333,
      reuses: 651,
      firstSuccessMs: 30_000,
      ...(row.allBackMs === undefined ? {} : { allBackMs: 30_000 }),
    })),
  }
  const longest = Math.max(
    ...compareResults(planted, worst)
      .split('\n')
      .map(line => line.length),
  )
  assert.ok(longest <= 100, `${longest} columns`)
})

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sojourn-compare-'))
  await writeFile(join(folder, 'a.json'), JSON.stringify(planted))
  await writeFile(join(folder, 'b.json'), JSON.stringify({ ...planted, theft: [] }))
})
after(() => rm(folder, { recursive: true }))

test('two finished runs are compared without a run, with --with or without', async () => {
  for (const args of [
    ['--compare', 'a.json', '--with', 'b.json'],
    ['a.json', 'b.json'],
  ]) {
    const printed = await finish(run(args, { SOJOURN_CWD: folder }))
    assert.match(printed, /^ +Nothing changed.*Only before: theft/s)
    assert.doesNotMatch(printed, /Sojourn bench|Only now/)
  }
})

test('what makes no sense is refused before anything is run', async () => {
  for (const [args, words] of [
    [['a.json'], /What of .*a\.json\?/],
    [['--with', 'b.json'], /--with names what --compare/],
    [['--anyway'], /--anyway is of --publish/],
    [['--compare', 'a.json', 'b.json', 'b.json'], /no use for b\.json/],
    [['--compare', 'nowhere.json'], /no results in .*nowhere\.json/],
  ] as const) {
    const child = run(args, { SOJOURN_CWD: folder })
    const [said, printed] = await Promise.all([textOf(child.stderr), textOf(child.stdout)])
    assert.match(said, words)
    assert.doesNotMatch(printed, /Sojourn bench/)
    assert.ok(child.exitCode !== 0)
  }
})
