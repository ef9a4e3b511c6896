import type { Item, Items, ServerSession } from './items.ts'

export type EndedWhy = 'reuse' | 'revoked' | 'expired'

export interface Presenting {
  readonly items: Items
  readonly identity: string
  readonly attempts: boolean
  /** Why the session has ended, if the server said so before. */
  readonly told: string | null
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
 * Presents what is stored until the server takes it or it proves worthless; then it is removed, and the answer is why:
 * an `EndedWhy`, or what was told before. Call it in the lock.
 */
export async function present(on: Presenting): Promise<string> {
  const { items, identity, told } = on
  let item = await items.read(identity)
  if (!on.isDue(item)) return 'not due'
  if (item === null && told) return told
  let isReuse = false
  // A thief who copied an attempt id as well is found by the key alone: this one, when it was refused with its id.
  let bare: string | undefined
  for (;;) {
    const isBare = !on.attempts || item?.key === bare
    if (!isBare) item = await begin(on)
    const attempt = !isBare && item?.attempt ? `.${item.attempt}` : ''
    const answer = await on.send(item && item.key + attempt, item?.key)
    if (!answer.refused) return 'done'
    isReuse ||= answer.refused === 'reuse'
    const stored = await items.read(identity)
    const isSame = stored?.key === item?.key
    if (isSame && !isReuse && on.isPatient()) return 'wait'
    // Another tab that was refused, or told, has removed it. Or it signed out: then nobody was told why.
    if (isSame ? isReuse || !attempt : !stored && (isReuse || told)) {
      await items.remove(identity, item?.key)
      const isExpired = item?.expiresAt && item.expiresAt <= on.now()
      return isReuse ? 'reuse' : (told ?? (isExpired ? 'expired' : 'revoked'))
    }
    bare = item?.key
    item = stored
  }
}

/** Writes an attempt id beside the key, unless there is one, before anything is sent. */
async function begin({ items, identity, isAlone, settle }: Presenting): Promise<Item | null> {
  for (;;) {
    const item = await items.update(identity, item =>
      item === null || item.attempt ? item : { ...item, attempt: createAttempt() },
    )
    if (isAlone || item === null) return item
    await settle()
    const stored = await items.read(identity)
    if (stored?.key === item.key && stored.attempt === item.attempt) return item
  }
}

/** 16 random bytes, as four numbers: digits and dashes are base64url as well. */
const createAttempt = () => crypto.getRandomValues(new Uint32Array(4)).join('-')
