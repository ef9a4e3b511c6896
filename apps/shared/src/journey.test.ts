import { journey, startProcess } from './journey.ts'

const main = new URL('fixtures/client-held-demo.ts', import.meta.url)

journey('a strategy with neither revoker nor directory', () => startProcess(main), {
  revoker: false,
  directory: false,
})
