/** Writes to a file storage until it is done or killed: `node writer.fixture.ts FILE NAME WRITES`. */
import { createFileStorage } from './file-storage.ts'

const [file = '', name = '', writes = '0'] = process.argv.slice(2)
const storage = createFileStorage(file)
for (let n = 0; n < Number(writes); n++) {
  await storage.write(`${name}${n}`, `text ${n}`)
  process.send?.(n + 1)
}
process.disconnect?.()
