import { killAll, stopAll } from '../child.ts'
import { runSelfTest } from './self-test.ts'

/** `--self-test`: the status to exit with, 0 if the harness reports all as planted. */
export async function selfTest(args: readonly string[]): Promise<number> {
  if (args.length > 1) {
    console.error('--self-test goes alone: what it plants and measures is the same each time.')
    return 2
  }
  const stop = new AbortController()
  let status = 1
  for (const [signal, stopped] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      status = stopped
      stop.abort(new Error('Stopped.'))
      void stopAll()
    })
  }
  try {
    return (await runSelfTest(stop.signal)) ? 0 : 1
  } catch (error) {
    console.error(`\n  ${(error as Error).message}`)
    return status
  } finally {
    await killAll()
  }
}
