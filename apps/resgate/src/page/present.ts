import { type Item, readItem, writeItem } from './key.ts'

/** `refused`: the key was worthless, and is thrown away. `none`: there is none. */
export type Outcome = 'taken' | 'refused' | 'none' | 'not due'

type Ask = (method: string, params: object) => Promise<unknown>

/** No other tab does such a thing meanwhile. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks.request(name, work)
}

/**
 * Presents the stored key, and stores its successor. What it throws says nothing about the key: it is kept, with its
 * attempt id, for the next try.
 */
export function present(ask: Ask, isDue: (item: Item) => boolean = () => true): Promise<Outcome> {
  return inTurn(async () => {
    // Refused with its attempt id, a key is presented alone as well: so a thief who copied that, too, is found.
    let bare: string | undefined
    for (;;) {
      const item = await readItem()
      if (item === null) return 'none'
      if (!isDue(item)) return 'not due'
      const attempt = item.key === bare ? undefined : await begin(item)
      try {
        const answer = await ask('relogin', { reloginKey: item.key, ...(attempt && { attempt }) })
        await storeKey(answer)
        return 'taken'
      } catch (error) {
        if ((error as { code?: string }).code !== 'session.invalidReloginKey') throw error
        const isStill = (await readItem())?.key === item.key
        if (isStill && attempt === undefined) {
          await writeItem(null)
          return 'refused'
        }
        bare = item.key
      }
    }
  })
}

export async function storeKey(answer: unknown): Promise<void> {
  const { reloginKey } = answer as { reloginKey: string }
  await writeItem({ key: reloginKey, renewedAt: Date.now() })
}

/** Writes an attempt id beside the key before anything is sent, unless a use of it has begun already. */
async function begin(item: Item): Promise<string> {
  if (item.attempt !== undefined) return item.attempt
  const attempt = crypto.randomUUID()
  await writeItem({ ...item, attempt })
  return attempt
}

const name = 'reloginKey'
