import { createDemo, type DemoOptions } from './create-demo.ts'
import { serveUntilEnded } from './serve-until-ended.ts'

export interface StartDemoOptions extends DemoOptions {
  /** Where it listens on 127.0.0.1, unless `PORT` in the environment says otherwise. */
  readonly port: number
}

/**
 * Serves the demo until SIGINT or SIGTERM, then closes the strategy. A strategy that cannot be closed is said in a
 * line, so that the caller still ends what it opened itself.
 */
export async function startDemo(options: StartDemoOptions): Promise<void> {
  await serveUntilEnded(options.title, createDemo(options), options.port)
  await options.strategy.close().catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
