import type { RequestListener, Server } from 'node:http'
import { serve } from './serve.ts'

/**
 * Serves on 127.0.0.1, at `port` unless `PORT` in the environment says otherwise, until SIGINT or SIGTERM. A port that
 * is taken is said in a line, and ends the process.
 */
export async function serveUntilEnded(
  title: string,
  listener: RequestListener | Server,
  port: number,
  {
    hint = 'Sign in as alice / wonderland or as bob / builder.',
    closeSockets = async () => {},
  }: { readonly hint?: string; readonly closeSockets?: () => Promise<void> } = {},
): Promise<void> {
  const chosen = Number(process.env.PORT || port)
  const served = await serve(listener, chosen).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    console.error(`Port ${chosen} is taken: say another in PORT.`)
    process.exit(1)
  })
  const ended = new Promise<unknown>(end => {
    process.on('SIGINT', end)
    process.on('SIGTERM', end)
    process.on('disconnect', end) // a test that is killed takes its demo along
    process.channel?.unref() // which that listener would keep open
  })
  console.log(`${title}: ${served.url}`)
  console.log(`${hint} Ctrl-C ends the demo.`)

  await ended
  await Promise.all([served.close(), closeSockets()])
}
