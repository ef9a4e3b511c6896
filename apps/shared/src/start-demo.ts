import { createDemo, type DemoOptions } from './create-demo.ts'
import { serve } from './serve.ts'

export interface StartDemoOptions extends DemoOptions {
  /** Where it listens on 127.0.0.1, unless `PORT` in the environment says otherwise. */
  readonly port: number
}

/**
 * Serves the demo until SIGINT or SIGTERM, then closes the strategy. A strategy that cannot be closed is said in a
 * line, so that the caller still ends what it opened itself.
 */
export async function startDemo(options: StartDemoOptions): Promise<void> {
  const { strategy, title } = options
  const port = Number(process.env.PORT || options.port)
  const served = await serve(createDemo(options), port).catch((error: NodeJS.ErrnoException) => {
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
  console.log(`${title}: ${served.url}`)
  console.log('Sign in as alice / wonderland or as bob / builder. Ctrl-C ends the demo.')

  await ended
  await served.close()
  await strategy.close().catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
