import { placeOf } from './places.ts'
import type { Guest, Reported } from './reported.ts'

interface Row {
  readonly contender: string
}

/**
 * The rows of further files beside those of the first. Each is measured against the app without sessions of its own run,
 * which stays away.
 *
 * @throws {Error} with a message for the user, if the same is measured of a contender in two files
 */
export const mergeReported = (first: Reported, ...others: readonly Reported[]): Reported =>
  others.reduce(append, first)

function append(own: Reported, other: Reported): Reported {
  const names = new Set<string>()
  const join = <Of extends Row>(rows: readonly Of[], added: readonly Of[]): Of[] => {
    const guests = added.filter(row => placeOf(row.contender).side !== 'limit')
    for (const { contender } of guests) {
      if (rows.some(row => row.contender === contender))
        throw new Error(
          `${contender} is in two of the files. Two runs are compared with: npm run bench -- --compare FILE`,
        )
      names.add(contender)
    }
    return [...rows, ...guests]
  }
  const rows = {
    throughput: join(own.throughput, other.throughput),
    latency: join(own.latency, other.latency),
    restart: join(own.restart, other.restart),
    theft: join(own.theft, other.theft),
    scale: join(own.scale, other.scale),
    sockets: join(own.sockets, other.sockets),
    resgate: join(own.resgate, other.resgate),
  }
  const { machine, commit, date } = other
  const guest: Guest = { contenders: [...names], machine, commit, date }
  return {
    ...own,
    ...rows,
    notRun: [...own.notRun, ...other.notRun],
    guests: [...(own.guests ?? []), guest],
  }
}
