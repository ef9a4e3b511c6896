/** Renews the key in a file again and again: `node robot.fixture.ts URL FILE NAME TIMES`. */
import { WebSocket } from 'ws'
import { createFileStorage } from './file-storage.ts'
import { createClient } from './index.ts'

const [url = '', file = '', name = '', times = '0'] = process.argv.slice(2)
const client = createClient({ url, name, storage: createFileStorage(file), WebSocket })
await client.ready
for (let n = 0; n < Number(times) && client.state.name !== 'ended'; n++) await client.renew()
process.send?.(client.state)
client.close()
process.disconnect?.()
