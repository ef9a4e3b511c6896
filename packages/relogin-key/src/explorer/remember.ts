import type { SessionRecord } from '@sojourn/core'
import type { Ask, Call, Served, Server } from './server.ts'
import type { Serve } from './step.ts'
import type { World } from './world.ts'

/**
 * A server that is asked everything once: what it answers depends on nothing but the store, the time and the call.
 * Random walks ask it each time, so a strategy that remembers anything else is found there.
 */
export function remember(server: Server): {
  readonly serve: Serve
  readonly numberOf: (record: SessionRecord | null) => number
} {
  const numbers = new Map<string, number>()
  const known = new WeakMap<SessionRecord, number>()
  const answers = new Map<string, Served>()

  /** The same for equal records. */
  function numberOf(record: SessionRecord | null): number {
    if (record === null) return 0
    let number = known.get(record)
    if (number === undefined) {
      const text = JSON.stringify(record)
      number = numbers.get(text) ?? numbers.size + 1
      numbers.set(text, number)
      known.set(record, number)
    }
    return number
  }

  function serve(world: World, call: Call): Served | Promise<Served> {
    const { record, past, now } = world
    const place = `${now} ${numberOf(record)} ${numberOf(past)}`
    const key = `${place} ${textOf(call.ask)} ${call.crash} ${textOf(call.within)} ${call.at}`
    return (
      answers.get(key) ??
      server.serve(world, call).then(served => {
        answers.set(key, served)
        return served
      })
    )
  }

  return { serve, numberOf }
}

const textOf = (ask: Ask | null) => (ask?.do === 'resume' ? `${ask.key}.${ask.attempt}` : ask?.do)
