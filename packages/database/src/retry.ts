import { setTimeout } from 'node:timers/promises'

/** Each lost try means that others won: this is how many may, in a row. */
const maxTries = 20
/** So often without a pause, in which others can get out of the way. */
const hastyTries = 2
const longestPauseMs = 50

/** Does again what was rolled back because of what others did at the same time. */
export async function retry<T>(
  work: () => Promise<T>,
  isRolledBack: (error: unknown) => boolean,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === maxTries || !isRolledBack(error)) throw error
    }
    if (tries >= hastyTries) await setTimeout(Math.random() * Math.min(longestPauseMs, 2 ** tries))
  }
}
