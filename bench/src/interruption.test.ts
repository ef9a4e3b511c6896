import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { processesUnder } from './processes.fixture.ts'
import type { Results } from './results.ts'
import { briefly, finish, run, textOf } from './run.fixture.ts'

const patienceMs = 30_000

async function stopWhen(child: ReturnType<typeof run>, words: RegExp) {
  let told = ''
  for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
    told += chunk
    if (words.test(told)) break
  }
  const processes = processesUnder(Number(child.pid))
  child.kill('SIGINT')
  const [[code], rest] = await Promise.all([once(child, 'exit'), textOf(child.stderr)])
  return { code, told: told + rest, processes }
}

describe('a run that is broken off', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sojourn-bench-'))
  })
  after(() => rm(folder, { recursive: true }))

  const file = () => join(folder, 'unfinished.json')
  const resume = (...args: string[]) => run(['--resume', '--results', folder, ...args])
  const asked = ['--only', 'memory,redis', '--scenario', 'read,anonymous', ...briefly]

  test('says that nothing is written, if nothing was measured', async () => {
    const { code, told } = await stopWhen(run([...asked, '--results', folder]), /read, 200 B/)
    assert.equal(code, 130)
    assert.match(told, /Stopped: nothing is written/)
    assert.deepEqual(await readdir(folder), [])
  })

  test('keeps what was measured, and leaves no process behind', async () => {
    const { code, told, processes } = await stopWhen(run([...asked, '--results', folder]), /anonymous, 200 B/)
    assert.equal(code, 130)
    assert.match(told, /what was measured is kept: --resume goes on/)
    const { steps } = JSON.parse(await readFile(file(), 'utf8'))
    assert.deepEqual(Object.keys(steps), ['read, 200 B, 32 connections: none'])
    for (const part of [/server\.ts memory/, /load\.ts/, /redis-server/])
      assert.ok(
        processes.some(({ command }) => part.test(command)),
        `there was no ${part} to leave behind`,
      )
    const isThere = ({ pid }: { readonly pid: number }) => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    for (const end = Date.now() + patienceMs; processes.some(isThere) && Date.now() < end; )
      await setTimeout(20)
    assert.deepEqual(processes.filter(isThere), [])
  })

  test('does not go on with another run than it was', async () => {
    const kept = await readFile(file(), 'utf8')
    const refusal = async (change: object, ...args: string[]) => {
      await writeFile(file(), JSON.stringify({ ...JSON.parse(kept), ...change }))
      const child = resume(...args)
      const [[code], told] = await Promise.all([once(child, 'exit'), textOf(child.stderr)])
      assert.equal(code, 2)
      return told
    }
    assert.match(await refusal({}, '--full'), /had other options. It was: .*--only memory,redis/)
    assert.match(await refusal({ source: 'another' }), /another commit, or files have changed/)
    assert.match(await refusal({ machine: {} }), /is of another machine/)
    await writeFile(file(), kept)
  })

  test('goes on with what is missing', async () => {
    const { steps } = JSON.parse(await readFile(file(), 'utf8'))
    const printed = await finish(resume())
    assert.match(printed, /Goes on with a run that has measured 1 step/)
    const results: Results = JSON.parse(await readFile(join(folder, 'latest.json'), 'utf8'))
    const measured = results.throughput.map(({ scenario, contender }) => `${scenario} ${contender}`)
    const names = ['none', 'memory', 'redis']
    assert.deepEqual(
      measured,
      ['read', 'anonymous'].flatMap(scenario => names.map(name => `${scenario} ${name}`)),
    )
    assert.deepEqual(results.throughput.slice(0, 3), steps['read, 200 B, 32 connections: none'].throughput)
    assert.match(String(results.options), /^--only memory,redis/)
    assert.deepEqual(await readdir(folder), ['latest.json'])
  })

  test('tells of a wrong answer at the end, with its exit code', async () => {
    const { told } = await stopWhen(run([...asked, '--results', folder]), /anonymous, 200 B/)
    assert.match(told, /--resume/)
    const kept = JSON.parse(await readFile(file(), 'utf8'))
    const loss = { contender: 'memory', during: 'read', reason: 'alice was answered bob', isFailure: true }
    kept.steps['read, 200 B, 32 connections: none'].notRun = [loss]
    await writeFile(file(), JSON.stringify(kept))
    const child = resume()
    const [[code], printed] = await Promise.all([once(child, 'exit'), textOf(child.stdout)])
    assert.equal(code, 1)
    assert.match(printed, /FAILED {2}memory, read: alice was answered bob/)
  })
})

test('progress says what is measured, and what is left of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-bench-'))
  const child = run([
    ...briefly,
    '--only',
    'memory',
    '--scenario',
    'read,write,anonymous',
    '--results',
    folder,
  ])
  try {
    const [told] = await Promise.all([textOf(child.stderr), textOf(child.stdout)])
    assert.match(told, /^ +0 % {2}read, 200 B, 32 connections: none\n/)
    assert.match(told, /\n +33 % {2}\d+ s left {2}write, .*\n +66 % {2}\d+ s left {2}anonymous, .*\n$/)
  } finally {
    await rm(folder, { recursive: true })
  }
})
