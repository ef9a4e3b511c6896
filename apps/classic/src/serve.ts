import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Express } from 'express'

/** Serves `app` on 127.0.0.1 until SIGINT or SIGTERM. */
export async function serve(app: Express, port: number): Promise<void> {
  const server = createServer(app).listen(port, '127.0.0.1')
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    console.error(`Port ${port} is taken: say another in PORT.`)
    process.exit(1)
  })
  const ended = new Promise<unknown>(end => {
    process.on('SIGINT', end)
    process.on('SIGTERM', end)
    process.on('disconnect', end) // a test that is killed takes its demo along
    process.channel?.unref() // which that listener would keep open
  })
  console.log(`${app.locals.library}: http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  console.log('Sign in as alice / wonderland or as bob / builder. Ctrl-C ends the demo.')

  await ended
  server.close()
  server.closeAllConnections() // browsers keep some open in advance
}
