import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { keepSecret } from './keep-secret.ts'

test('a folder keeps one secret for all who ask, and for its owner alone', async t => {
  setSecret(t, '')
  const folder = await createFolder(t)
  const secret = keepSecret(join(folder, 'data'))
  assert.equal(Buffer.from(secret, 'base64url').length, 32)
  assert.equal(keepSecret(join(folder, 'data')), secret)
  assert.notEqual(keepSecret(join(folder, 'other')), secret)
  assert.deepEqual(await readdir(join(folder, 'data')), ['secret'])
  assert.equal((await stat(join(folder, 'data/secret'))).mode & 0o777, 0o600)
})

test('a secret in the environment is taken, and kept nowhere', async t => {
  setSecret(t, 'a secret of more than thirty-two bytes')
  const folder = await createFolder(t)
  assert.equal(keepSecret(join(folder, 'data')), 'a secret of more than thirty-two bytes')
  await assert.rejects(stat(join(folder, 'data')))
})

function setSecret(t: TestContext, secret: string): void {
  const before = process.env.SESSION_SECRET
  process.env.SESSION_SECRET = secret
  t.after(() => {
    if (before === undefined) delete process.env.SESSION_SECRET
    else process.env.SESSION_SECRET = before
  })
}

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-demo-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}
