import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import type { Machine } from './results.ts'

export const describeMachine = (): Machine => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  system: `${type()} ${release()}`,
  node: process.version,
})

/** With `+` if the work tree differs; `unknown` outside a checkout. */
export function describeCommit(): string {
  const commit = git('rev-parse', '--short', 'HEAD').trim()
  return commit === '' ? 'unknown' : `${commit}${git('status', '--porcelain') === '' ? '' : '+'}`
}

/** Another for each state of the files that git knows, and for each list of those it does not know. */
export function describeSource(): string {
  const state = ['rev-parse HEAD', 'diff HEAD', 'status --porcelain'].map(words => git(...words.split(' ')))
  return hash('sha256', state.join('\n'))
}

const git = (...args: string[]) =>
  spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', maxBuffer: 2 ** 28 }).stdout ?? ''
