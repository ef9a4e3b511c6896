import type { Client, LoadProcess } from './load-process.ts'
import type { Scenario } from './scenarios.ts'
import type { ServerProcess } from './server-process.ts'
import type { Effort } from './throughput.ts'

/** In `first-read`, that many clients for each second. */
const firstReadsPerSecond = 1000

export const emptyBytes = '{"counter":0,"filler":""}'.length

/** What fills that up to so many bytes of session data. */
export const fillerBytesOf = (sessionBytes: number) => sessionBytes - emptyBytes

let nextUser = 1

/** Clients that have just signed in, one for each connection; where none may ask twice, as many as will be asked for. */
export async function prepareClients(
  { isSignedIn, isFirst = false }: Scenario,
  { port }: ServerProcess,
  loader: LoadProcess,
  { concurrency, sessionBytes }: Pick<Effort, 'concurrency' | 'sessionBytes'>,
  seconds: number,
): Promise<Client[][]> {
  if (!isSignedIn)
    return Array.from({ length: concurrency }, () => [{ cookie: null, user: null, counter: 0 }])
  const each = isFirst ? Math.ceil((seconds * firstReadsPerSecond) / concurrency) : 1
  const count = each * concurrency
  const firstUser = nextUser
  nextUser += count
  const fillerBytes = fillerBytesOf(sessionBytes)
  const clients = await loader.signIn({ port, count, firstUser, fillerBytes, every: 1 })
  return Array.from({ length: concurrency }, (_, connection) =>
    clients.slice(connection * each, (connection + 1) * each),
  )
}
