import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Results } from './results.ts'

export const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawn(process.execPath, ['--conditions=source', script('./main.ts'), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** What a run printed, once it has ended well. */
export async function finish(child: ReturnType<typeof run>): Promise<string> {
  const [[code], out, err] = await Promise.all([
    once(child, 'exit'),
    textOf(child.stdout),
    textOf(child.stderr),
  ])
  assert.equal(code, 0, err + out)
  return out
}

export async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stream)).toString()
}

/** A run as short as it can be. */
export async function runBriefly(...args: readonly string[]): Promise<{ results: Results; printed: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-bench-'))
  try {
    const printed = await finish(run([...briefly, ...args, '--results', folder]))
    return { printed, results: JSON.parse(await readFile(join(folder, 'latest.json'), 'utf8')) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

export const briefly = ['--rounds', '1', '--seconds', '0.2', '--warm-up', '1', '--clients', '40']
