export interface GateOptions {
  readonly atOnce: number
  /** How many more may wait for their turn. */
  readonly waiting: number
}

/** Lets work through that costs much: null, and nothing is done, where too many wait already. */
export function createGate({ atOnce, waiting }: GateOptions) {
  const queue: (() => void)[] = []
  let running = 0

  const pass = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running++
    else await new Promise<void>(resolve => queue.push(resolve)) // who leaves hands over the place
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next === undefined) running--
      else next()
    }
  }

  return <T>(work: () => Promise<T>): Promise<T> | null =>
    running < atOnce || queue.length < waiting ? pass(work) : null
}
