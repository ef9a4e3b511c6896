import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SessionError } from '@sojourn/core'
import { createFolder } from './folder.fixture.ts'
import { createLevelStore } from './store.ts'

suite('opening a level store', () => {
  test('makes the folder, and those above it', async () => {
    await using folder = await createFolder()
    await assertOpens(folder.resolve('var/lib/sessions'))
  })

  test('is refused while another process has it open, and not after', async () => {
    await using folder = await createFolder()
    const location = folder.resolve('sessions')
    const main = fileURLToPath(new URL('writer.fixture.ts', import.meta.url))
    const writer = spawn(process.execPath, ['--conditions=source', main, location], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(writer.stdout, 'data')
    await assertRefused(location, /is open already.*End the other one/)
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    await assertOpens(location)
  })

  test('is refused while this process has it open, and not after', async () => {
    await using folder = await createFolder()
    const location = folder.resolve('sessions')
    const store = await createLevelStore({ location })
    await assertRefused(location, /is open already/)
    await store.close()
    await assertOpens(location)
  })

  test('is refused where something else is, or no folder can be', async () => {
    await using folder = await createFolder()
    await writeFile(folder.resolve('file'), 'notes')
    await assertRefused(folder.resolve('file'), /must be able to make the folder/)
    await assertRefused(folder.resolve('file/sessions'), /must be able to make the folder/)
    await mkdir(folder.resolve('odd/LOCK'), { recursive: true })
    await assertRefused(folder.resolve('odd'), /must be able to .* write to all files in it/)
  })

  test('is refused where the files are damaged', async () => {
    await using folder = await createFolder()
    const location = folder.resolve('sessions')
    await assertOpens(location)
    await writeFile(`${location}/CURRENT`, 'notes')
    await assertRefused(location, /is damaged\. Restore it from a backup/)
  })

  test('takes a location, and no emptiness', async () => {
    for (const location of ['', undefined, 7] as string[]) {
      await assert.rejects(createLevelStore({ location }), isCoded('invalid_option', /path of a folder/))
    }
  })

  test('keeps no process alive', async () => {
    await using folder = await createFolder()
    const script = `
      import { createLevelStore } from '@sojourn/level'
      const store = await createLevelStore({ location: process.argv[1] })
      console.log(await store.read('a'))`
    const args = ['--conditions=source', '--input-type=module', '--eval', script, folder.resolve('sessions')]
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: import.meta.dirname,
      timeout: 20_000,
    })
    assert.equal(stdout, 'null\n')
  })
})

async function assertOpens(location: string): Promise<void> {
  const store = await createLevelStore({ location })
  assert.equal(await store.read('unknown'), null)
  await store.close()
}

/** With a message that names the folder and the remedy, and the fault as its cause. */
async function assertRefused(location: string, remedy: RegExp): Promise<void> {
  await assert.rejects(createLevelStore({ location }), error => {
    assert.ok(isCoded('store_unavailable', remedy)(error), String(error))
    assert.ok(error instanceof SessionError && error.message.includes(`${location} `), String(error))
    assert.ok(error.cause instanceof Error)
    return true
  })
}

const isCoded = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof SessionError && error.code === code && message.test(error.message)
