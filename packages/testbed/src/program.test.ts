import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { test } from 'node:test'
import { provideProgram } from './program.ts'

const node = {
  names: ['no-such-program', 'node'],
  debianPackage: 'nodejs',
  commands: { fedora: 'sudo dnf install nodejs', macos: 'brew install node' },
  variable: 'NODE_UNDER_TEST',
} as const

test('takes the first of the names that is on the path', async () => {
  assert.equal(basename(await provideProgram(node)), 'node')
})

test('takes the program that the environment names, whatever is on the path', async t => {
  process.env.NODE_UNDER_TEST = '/opt/node/bin/node'
  t.after(() => {
    delete process.env.NODE_UNDER_TEST
  })
  assert.equal(await provideProgram(node), '/opt/node/bin/node')
})
