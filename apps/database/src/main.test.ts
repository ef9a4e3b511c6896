import { journey, startProcess } from '@sojourn/demo/journey'
import { useFolder } from './folder.fixture.ts'

await useFolder()
process.env.DATABASE_URL = ''

journey('database', () => startProcess(new URL('main.ts', import.meta.url)), { durable: true, shared: true })
