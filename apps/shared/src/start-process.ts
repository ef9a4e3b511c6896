import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Served } from './serve.ts'

/** Runs a demo's main file as its users do, on a free port; ends it by `signal`, which must end it cleanly. */
export async function startProcess(main: URL, signal: NodeJS.Signals = 'SIGTERM'): Promise<Served> {
  const demo = spawn(process.execPath, ['--conditions=source', fileURLToPath(main)], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const exited = once(demo, 'exit')
  for await (const line of createInterface(demo.stdout as Readable)) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
    if (url === undefined) continue
    return {
      url,
      async close() {
        demo.kill(signal)
        assert.deepEqual(await exited, [0, null])
      },
    }
  }
  throw new Error(`${main} ended before it printed its address.`)
}
