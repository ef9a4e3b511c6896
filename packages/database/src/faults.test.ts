import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { test } from 'node:test'
import { createFault, networkFaults } from './faults.ts'

test('a file that is missing is not taken for a socket', async () => {
  const missing = '/nowhere/missing'
  const ofFile = await readFile(missing).catch(error => error)
  const ofSocket = await new Promise(resolve => connect(missing).on('error', resolve))
  const say = (cause: unknown) => createFault('The database', networkFaults, cause).message
  assert.match(say(ofFile), /failed: ENOENT: .*missing.*: check that it runs and can be reached\.$/)
  assert.match(say(ofSocket), /^The database has a socket that is not there \(ENOENT\)/)
})
