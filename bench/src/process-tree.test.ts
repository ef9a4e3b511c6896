import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { readTree } from './process-tree.ts'

test('a process is measured with its children, those that have ended included', async () => {
  const burn = 'while (process.cpuUsage().user < 3e5); console.log(1); process.stdin.resume()'
  const shell = spawn('sh', ['-c', `"${process.execPath}" -e '${burn}'; echo 2; read line`])
  try {
    const isBurnt = () => readTree(Number(shell.pid)).cpuMicros >= 3e5
    await once(shell.stdout, 'data')
    assert.ok(isBurnt())
    assert.ok(readTree(Number(shell.pid)).rssBytes > 2 ** 24)
    shell.stdin.end()
    await once(shell.stdout, 'data')
    assert.ok(isBurnt())
  } finally {
    shell.kill()
  }
  assert.throws(() => readTree(2 ** 30), /There is no process/)
})
