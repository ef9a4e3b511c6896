import { setTimeout } from 'node:timers/promises'
import { readStore } from '../read-store.ts'
import type { Theft } from '../results.ts'
import { count } from '../table.ts'
import { Caller } from './caller.ts'
import { kindOf } from './contenders.ts'
import { createMember } from './member.ts'
import type { SocketServerProcess } from './server-process.ts'
import { credentialsIn } from './store-copy.ts'

interface Act {
  /** For the head of a column. */
  readonly title: string
  readonly about: string
}

export const socketActs = {
  'thief-first': {
    title: 'thief first',
    about:
      'with a copy of what the client has stored, the thief connects, then the owner presents its key, as it does each minute',
  },
  'owner-first': {
    title: 'owner first',
    about: 'the owner presents its key first, then the thief a copy of it',
  },
  'spent-key': { title: 'spent key', about: 'a copy of a key that the owner has used ten times since' },
  'store-copy': {
    title: 'copy of the store',
    about: 'all that could be a key, or be made one, in what the store holds',
  },
} as const satisfies Record<string, Act>

export type SocketActName = keyof typeof socketActs
export const socketActNames = Object.keys(socketActs) as SocketActName[]

/** The longest of so many copies counts. */
const copies = 5
const tryForMs = 3000
const renewMs = 60_000
const usesSince = 10

/** How long a thief's copy works. It takes the owner's session down with it: the note says if it does not. */
export async function measureSocketTheft(server: SocketServerProcess): Promise<Theft[]> {
  const hasStore = kindOf(server.contender).store !== null
  const rows: Theft[] = []
  for (const act of socketActNames) {
    if (act !== 'store-copy') rows.push(await measureAct(act, server))
    else if (hasStore) rows.push(await measureStoreCopy(server))
  }
  return rows
}

async function measureAct(
  act: Exclude<SocketActName, 'store-copy'>,
  server: SocketServerProcess,
): Promise<Theft> {
  const tries: { worksForMs: number | null; isOwnerOut: boolean }[] = []
  for (let copy = 0; copy < copies; copy++) tries.push(await steal(act, `owner-${copy}-${act}`, server))
  const longest = tries.map(({ worksForMs }) => worksForMs)
  const worksForMs = longest.includes(null) ? null : Math.max(...(longest as number[]))
  const note = tries.every(({ isOwnerOut }) => isOwnerOut) ? '' : 'the owner does not notice'
  return { contender: server.contender, act, isOffered: true, worksForMs, note }
}

/** For how long the thief was in the session once the owner had presented; null: for as long as it was tried. */
export async function steal(
  act: Exclude<SocketActName, 'store-copy'>,
  user: string,
  server: SocketServerProcess,
  patienceMs = tryForMs,
) {
  const until = (holds: () => boolean) => cameToBe(holds, patienceMs)
  const { client } = kindOf(server.contender)
  const url = `ws://127.0.0.1:${server.port}`
  const stored = new Map<string, string>()
  const owner = createMember(client, { url, user, renewMs, stored })
  const members = [owner]
  const thief = (copy: Map<string, string>) => {
    const member = createMember(client, { url, user, renewMs, stored: copy })
    members.push(member)
    return member
  }
  try {
    await owner.signIn()
    await until(() => owner.activeSince !== null)
    const copy = new Map(stored)
    if (act === 'thief-first') {
      const first = thief(copy)
      if (!(await until(() => first.activeSince !== null)))
        throw new Error(`${server.contender}: a copied key never worked`)
      const startedAt = performance.now()
      owner.renew().catch(() => {})
      const isOver = await until(() => first.activeSince === null && owner.isOut)
      return { worksForMs: isOver ? performance.now() - startedAt : null, isOwnerOut: owner.isOut }
    }
    for (let use = 0; use < (act === 'spent-key' ? usesSince : 1); use++) await owner.renew()
    const late = thief(copy)
    let works = false
    await until(() => {
      works ||= late.activeSince !== null
      return late.isOut
    })
    const isOwnerOut = await until(() => owner.isOut)
    return { worksForMs: works ? null : 0, isOwnerOut }
  } finally {
    for (const member of members) member.close()
  }
}

async function measureStoreCopy(server: SocketServerProcess): Promise<Theft> {
  const { contender, port, store } = server
  const hasAttempts = kindOf(contender).client === 'ours'
  const owner = { user: 'owner-of-a-record', key: '' }
  const caller = await new Caller(port, hasAttempts).open()
  try {
    await caller.signIn(owner)
    for (let use = 0; use < usesSince; use++) await caller.present(owner)
    const text = await readStore(store)
    const [id = '', secret = ''] = [/^[^.]*/, /[^.]*$/].map(part => part.exec(owner.key)?.[0])
    const candidates = credentialsIn(text, id)
    const isWorthless = !text.includes(secret) && (await findGood(port, candidates)) === null
    const note = `${count(candidates.length)} texts that might be keys were tried`
    return { contender, act: 'store-copy', isOffered: true, worksForMs: isWorthless ? 0 : null, note }
  } finally {
    caller.close()
  }
}

/** The first that takes who presents it into somebody's session; null if none does. */
export async function findGood(port: number, credentials: readonly string[]): Promise<string | null> {
  const caller = await new Caller(port, false).open()
  try {
    for (const credential of credentials) {
      if ((await caller.presentText(credential)).userId !== null) return credential
    }
    return null
  } finally {
    caller.close()
  }
}

/** Whether it came to be in time. */
async function cameToBe(holds: () => boolean, patienceMs: number): Promise<boolean> {
  const end = performance.now() + patienceMs
  while (!holds()) {
    if (performance.now() > end) return false
    await setTimeout(0)
  }
  return true
}
