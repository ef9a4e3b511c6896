import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Child } from './child.ts'
import { type ContenderName, plantedName } from './contenders.ts'
import { EndedError } from './ended-error.ts'
import { planHttp } from './http-steps.ts'
import { formatNotRun } from './not-run-report.ts'
import { parseOptions } from './options.ts'
import { killUnexpectedly } from './processes.fixture.ts'
import { planResgate } from './resgate/run.ts'
import { planSockets } from './sockets/run.ts'
import { Stage } from './stage.ts'
import type { Rows, Step } from './step.ts'

const briefly = ['--rounds', '2', '--seconds', '0.2', '--warm-up', '1', '--clients', '20']
const course = 'read, 200 B, 32 connections'

const namesOf = (rows: readonly { readonly contender: string }[] | undefined) =>
  rows?.map(({ contender }) => contender)

function planRead(stage: Stage, contenders: readonly ContenderName[]): Step {
  const options = parseOptions(['--scenario', 'read', ...briefly])
  const [step] = planHttp({ ...options, contenders: ['none', ...contenders] }, stage)
  return step as Step
}

test('a process that ends by itself says so, with its last lines, now and whenever it is asked', async () => {
  const child = new Child('./crash.fixture.ts', [], 0)
  const isIt = (error: unknown) =>
    error instanceof EndedError &&
    error.message === 'crash.fixture ended by itself (exit code 1).' &&
    error.log.some(line => line.includes('what nobody has thought of'))
  await assert.rejects(child.ask({}), isIt)
  await assert.rejects(child.ask({}), isIt)
})

test('a server that ends in the middle of a round is a row, and is there again for what comes next', async () => {
  await using stage = new Stage()
  const step = planRead(stage, ['memory', 'cookie'])
  stage.begin()
  const rows = await step.run(detail => {
    if (detail === 'memory, round 2 of 2') killUnexpectedly(/server\.ts memory/)
  })
  assert.deepEqual(namesOf(rows.throughput), ['none', 'cookie'])
  const [loss] = rows.notRun ?? []
  assert.deepEqual(
    { ...loss, log: null },
    { contender: 'memory', during: course, reason: 'server memory ended by itself (SIGKILL).', log: null },
  )
  stage.begin()
  const next = await step.run(() => {})
  assert.deepEqual([namesOf(next.throughput), next.notRun], [['none', 'memory', 'cookie'], []])
})

test('a store that ends takes only those with it who use it, and another is there for what comes next', async () => {
  await using stage = new Stage()
  const step = planRead(stage, ['memory', 'redis', 'express-session-redis'])
  const rows = await step.run(detail => {
    if (detail === 'redis, round 1 of 2') killUnexpectedly(/redis-server/)
  })
  assert.deepEqual(namesOf(rows.throughput), ['none', 'memory'])
  assert.deepEqual(
    rows.notRun?.map(({ contender, during, reason }) => [contender, during, reason]),
    ['redis', 'express-session-redis'].map(name => [name, course, 'its store, redis, ended by itself.']),
  )
  stage.begin()
  const next = await step.run(() => {})
  assert.deepEqual(next.notRun, [])
  assert.deepEqual(namesOf(next.throughput), ['none', 'memory', 'redis', 'express-session-redis'])
})

test('a wrong answer takes its row away, loudly, and no other', async () => {
  await using stage = new Stage()
  const wrong = plantedName('memory', 'wrong-counter')
  const { throughput, notRun = [] } = await planRead(stage, [wrong, 'cookie']).run(() => {})
  assert.deepEqual(namesOf(throughput), ['none', 'cookie'])
  const [loss] = notRun
  assert.deepEqual([loss?.contender, loss?.during, loss?.isFailure], [wrong, course, true])
  assert.match(loss?.reason ?? '', /was answered .*1000000/)
  const printed = formatNotRun(notRun).join('')
  assert.match(printed, /FAILED {2}memory\+wrong-counter, read, 200 B.*was\s+answered/s)
  assert.match(printed, /1 row is missing from the tables/)
})

test('on sockets and through Resgate, too, one that ends is a row, and the others go on', async () => {
  await using stage = new Stage()
  const only = ['--only', 'relogin-key-memory,single-use-key,resgate-memory,resgate-example']
  const options = parseOptions([...only, '--scenario', 'sockets,resgate', ...briefly])
  const kill = (who: string, command: RegExp) => (detail: string) => {
    if (detail === `${who}, round 1 of 2`) killUnexpectedly(command)
  }
  const [sockets] = planSockets(options, stage) as [Step]
  const rows = await sockets.run(kill('relogin-key-memory', /server\.ts relogin-key-memory/))
  assert.deepEqual(namesOf(rows.sockets), ['none', 'single-use-key'])
  const [resgate] = planResgate(options, stage) as [Step]
  const more = await resgate.run(kill('resgate-memory', /service\.ts resgate-memory/))
  assert.deepEqual([...new Set(namesOf(more.resgate))], ['resgate-none', 'resgate-example'])
  const losses = [rows, more].flatMap(({ notRun = [] }: Rows) => notRun)
  assert.deepEqual(
    losses.map(({ contender, during, isFailure }) => [contender, during, isFailure]),
    [
      ['relogin-key-memory', 'sockets', undefined],
      ['resgate-memory', 'resgate', undefined],
    ],
  )
})
