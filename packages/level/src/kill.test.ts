import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readRecords } from './contents.fixture.ts'
import { createFolder } from './folder.fixture.ts'

test('a process that is killed loses nothing that it acknowledged, and leaves nothing half done', async () => {
  await using folder = await createFolder()
  const location = folder.resolve('sessions')
  const acknowledged = new Map<string, string>()
  for (let run = 1; run <= 5; run++) {
    await writeUntilKilled(location, run, (id, version) => acknowledged.set(id, version))
    const records = await readRecords(location)
    assert.ok(acknowledged.size >= run * 100)
    for (const [id, version] of acknowledged) {
      const stored = records.get(id)?.version
      if (version === 'removed') assert.equal(stored, undefined, `${id} is back`)
      else if (stored !== undefined)
        assert.ok(stored >= Number(version), `${id} is back at version ${stored}`)
      else assert.ok(mayBeRemoved(id, version), `${id} is lost`)
    }
  }
})

/** The writer was about to remove it, and was killed before it could say so. */
const mayBeRemoved = (id: string, version: string) => version === '3' && Number(id.split('-')[2]) % 3 === 0

async function writeUntilKilled(
  location: string,
  run: number,
  acknowledge: (id: string, version: string) => void,
): Promise<void> {
  const main = fileURLToPath(new URL('writer.fixture.ts', import.meta.url))
  const writer = spawn(process.execPath, ['--conditions=source', main, location, `${run}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(writer, 'exit')
  let lines = 0
  for await (const line of createInterface(writer.stdout)) {
    const [id, version] = line.split(' ') as [string, string]
    acknowledge(id, version)
    if (++lines === 500 * run) writer.kill('SIGKILL') // what is in the pipe was acknowledged, too
  }
  assert.deepEqual(await exited, [null, 'SIGKILL'])
}
