import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { journey, startProcess } from '@sojourn/demo/journey'

const folder = await mkdtemp(join(tmpdir(), 'demo-cookie-'))
process.env.DATA_FOLDER = folder
after(() => rm(folder, { recursive: true }))

for (const REVOCABLE of ['', '1']) {
  const start = () => {
    process.env.REVOCABLE = REVOCABLE
    return startProcess(new URL('main.ts', import.meta.url))
  }
  const revoker = REVOCABLE !== ''
  journey(revoker ? 'cookie, revocable' : 'cookie', start, {
    revoker,
    directory: false,
    durable: true,
    shared: true,
  })
}
