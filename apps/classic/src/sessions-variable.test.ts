import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startProcess } from '@sojourn/demo/journey'

const main = new URL('main.ts', import.meta.url)

test('without SESSIONS it is served by Sojourn', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'demo-classic-'))
  Object.assign(process.env, { SESSIONS: '', DATA_FOLDER: folder })
  const demo = await startProcess(main)
  try {
    const page = await (await fetch(demo.url)).text()
    assert.match(page, /Sessions by <strong>Sojourn<\/strong>/)
  } finally {
    await demo.close()
    await rm(folder, { recursive: true })
  }
})

test('another word in SESSIONS ends it with a line that names the three', async () => {
  const demo = promisify(execFile)(process.execPath, ['--conditions=source', fileURLToPath(main)], {
    env: { ...process.env, PORT: '0', SESSIONS: 'cookie-session' },
    timeout: 20_000,
  })
  const { code, stderr } = await demo.then(
    () => assert.fail('it went on'),
    failure => failure,
  )
  assert.equal(code, 1)
  assert.equal(stderr, 'SESSIONS must be one of client-sessions, express-session, sojourn.\n')
})
