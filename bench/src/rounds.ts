/** What to do with one who can go on no longer. Default: the whole run ends with it. */
export type Lose<Server> = (server: Server, error: unknown) => Promise<void> | void

export const rethrow: Lose<unknown> = (_server, error) => {
  throw error
}

/** One sample for each round in which it was measured. */
export type Samples<Server, Sample> = Map<Server, Sample[]>

/**
 * Measures each once in each round, in turn, so that a noisy machine hits all alike; each round begins with another, so
 * that nobody is always the furthest from what it is compared with. The first is what the others are
 * compared with: without it there is nothing to go on with. Of another that fails, nothing is left.
 */
export async function takeRounds<Server, Sample>(
  servers: readonly Server[],
  rounds: number,
  measure: (server: Server, round: number) => Promise<Sample>,
  lose: Lose<Server>,
): Promise<Samples<Server, Sample>> {
  const samples: Samples<Server, Sample> = new Map(servers.map(server => [server, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const [server, taken] of rotated([...samples], round - 1)) {
      try {
        taken.push(await measure(server, round))
      } catch (error) {
        if (server === servers[0]) throw error
        samples.delete(server)
        await lose(server, error)
      }
    }
  }
  return samples
}

const rotated = <T>(all: readonly T[], by: number): T[] => {
  const at = by % all.length
  return [...all.slice(at), ...all.slice(0, at)]
}

/** Those of `servers` for which `prepare` succeeds, with what it gave. */
export async function prepareEach<Server, Prepared>(
  servers: readonly Server[],
  prepare: (server: Server) => Promise<Prepared>,
  lose: Lose<Server>,
): Promise<Map<Server, Prepared>> {
  const prepared = new Map<Server, Prepared>()
  for (const server of servers) {
    try {
      prepared.set(server, await prepare(server))
    } catch (error) {
      if (server === servers[0]) throw error
      await lose(server, error)
    }
  }
  return prepared
}
