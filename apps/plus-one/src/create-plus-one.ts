import { createServer } from 'node:http'
import { createPage } from './create-page.ts'
import { createSockets, type PlusOneOptions } from './create-sockets.ts'

/** The page and its sockets, not listening yet. */
export async function createPlusOne(options: PlusOneOptions) {
  const server = createServer(await createPage())
  return { server, sockets: createSockets(options).attach(server) }
}
