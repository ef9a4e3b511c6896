import type { Item, Items, ServerSession } from './items.ts'

export type EndedWhy = 'reuse' | 'revoked' | 'expired'

export interface Presenting {
  readonly items: Items
  readonly identity: string
  /** What goes between a key and its attempt id; null where there are none. */
  readonly separator: string | null
  readonly now: () => number
  /** Only if this is so when the lock has been got. */
  readonly isDue: (item: Item | null) => boolean
  /** No other tab presents meanwhile. */
  readonly isAlone: boolean
  /** Resolves when what another tab has just written must have come through. */
  settle(): Promise<void>
  /** Resolves when the answer has been stored, if it was not a refusal. */
  send(credential: string | null, key: string | undefined): Promise<ServerSession>
  /** Whether to wait for another tab to store what it got. */
  isPatient(): boolean
}

/**
 * Presents what is stored until the server takes it or it proves worthless; then it is removed, and the answer is why.
 * Call it in the lock.
 */
export async function present(on: Presenting): Promise<'done' | 'not due' | 'wait' | EndedWhy> {
  const { items, identity, separator } = on
  if (!on.isDue(await items.read(identity))) return 'not due'
  let isReuse = false
  // A thief who copied an attempt id as well is found by the key alone: this one, when it was refused with its id.
  let bare: string | undefined
  for (;;) {
    let item = await items.read(identity)
    const isBare = separator === null || (item !== null && item.key === bare)
    if (!isBare) item = await begin(on)
    const attempt = !isBare && item?.attempt ? `${separator}${item.attempt}` : ''
    const answer = await on.send(item === null ? null : item.key + attempt, item?.key)
    if (!answer.refused) return 'done'
    isReuse ||= answer.refused === 'reuse'
    if ((await items.read(identity))?.key !== item?.key) continue
    if (!isReuse && on.isPatient()) return 'wait'
    if (!isReuse && attempt) {
      bare = item?.key
      continue
    }
    await items.update(identity, stored => (stored?.key === item?.key ? null : undefined))
    const isExpired = item?.expiresAt && item.expiresAt <= on.now()
    return isReuse ? 'reuse' : isExpired ? 'expired' : 'revoked'
  }
}

/** Writes an attempt id beside the key, unless there is one, before anything is sent. */
async function begin({ items, identity, isAlone, settle }: Presenting): Promise<Item | null> {
  for (;;) {
    const item = await items.update(identity, item =>
      item === null || item.attempt ? undefined : { ...item, attempt: createAttempt() },
    )
    if (isAlone || item === null) return item
    await settle()
    const stored = await items.read(identity)
    if (stored?.key === item.key && stored.attempt === item.attempt) return item
  }
}

/** 16 random bytes, as four numbers: digits and dashes are base64url as well. */
const createAttempt = () => crypto.getRandomValues(new Uint32Array(4)).join('-')
