#!/usr/bin/env node
// Runs main.ts with the Node.js of this checkout, whatever the machine's own can do.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function findNode() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node')
  } catch {
    return process.execPath
  }
}

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const child = spawn(findNode(), ['--conditions=source', main, ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGKILL' ? 137 : 1)
})
