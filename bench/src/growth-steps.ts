import type { ContenderName } from './contenders.ts'
import { sampleSeconds } from './http-steps.ts'
import type { BenchOptions } from './options.ts'
import type { NotRun } from './results.ts'
import { measureScale } from './scale.ts'
import type { ServerProcess } from './server-process.ts'
import type { Stage } from './stage.ts'
import type { Step } from './step.ts'
import { StorePlaces } from './store-server.ts'
import { count } from './table.ts'

/** So many sign in each second. */
const signInsPerSecond = 5000
const mostRounds = 5

/** How their cost grows with the number of sessions. */
export function planGrowth(options: BenchOptions, stage: Stage): Step[] {
  if (!options.measurements.includes('scale')) return []
  return options.contenders
    .filter(name => name !== 'none')
    .map(contender => planScale(stage, contender, options))
}

function planScale(stage: Stage, contender: ContenderName, { sizes, effort, bytes }: BenchOptions): Step {
  const rounds = Math.min(effort.rounds, mostRounds)
  const sized = { ...effort, rounds, sessionBytes: bytes[0] }
  const sessions = sizes.reduce((sum, size) => sum + size, 0)
  const seconds = sessions / signInsPerSecond + 2 * sizes.length * rounds * sampleSeconds(effort.seconds)
  return {
    what: 'scale',
    who: contender,
    seconds,
    async run(tell) {
      const notRun: NotRun[] = []
      const cast = await stage.cast(['none', contender], sized.sessionBytes, 'scale', notRun)
      const [none] = cast as [ServerProcess]
      if (notRun.length > 0) return { notRun }
      // A store of its own, which is gone with all its sessions afterwards.
      await using places = new StorePlaces()
      const lose = async (sessions: number, error: unknown) => {
        const loss = await stage.lossOf(contender, `scale, ${count(sessions)} sessions`, error, null)
        notRun.push(loss)
      }
      const scale = await measureScale(contender, places, sizes, none, stage.loader, sized, tell, lose)
      return { scale, notRun }
    },
  }
}
