import { type ClientStorage, createClient } from '@sojourn/client'
import { WebSocket } from 'ws'
import type { Answer } from './contender.ts'
import type { Kind } from './contenders.ts'
import { Page } from './page.ts'

/** A client as its user runs it. It stays in its session by itself for as long as it can. */
export interface Member {
  /** When it came into its session, for the first time or again: milliseconds since the epoch. Null: it is not in it now. */
  readonly activeSince: number | null
  /** It has nothing left to present: its user must sign in again. */
  readonly isOut: boolean
  /** How often it was told that it was somebody else. */
  readonly mistaken: number
  signIn(): Promise<void>
  /** Presents its key now. Settles when it knows what became of that. */
  renew(): Promise<void>
  ask(type: 'read' | 'write'): Promise<Answer>
  close(): void
}

export interface MemberOptions {
  readonly url: string
  readonly user: string
  readonly renewMs: number
  /** What it has stored. */
  readonly stored?: Map<string, string>
}

export const createMember = (client: Kind['client'], options: MemberOptions): Member =>
  client === 'ours' ? createOurs(options) : new Page(options)

function createOurs({ url, user, renewMs, stored = new Map() }: MemberOptions): Member {
  const storage: ClientStorage = {
    read: name => stored.get(name) ?? null,
    write: (name, text) => void (text === null ? stored.delete(name) : stored.set(name, text)),
  }
  const client = createClient({ url, renewMs, storage, WebSocket })
  let activeSince: number | null = null
  let hadSession = stored.size > 0
  let mistaken = 0
  client.onState(state => {
    activeSince = state.name === 'active' ? Date.now() : null
    hadSession ||= state.name === 'active'
    if (state.name === 'active' && state.userId !== user) mistaken++
  })
  return {
    get activeSince() {
      return activeSince
    },
    get isOut() {
      const { name } = client.state
      return hadSession && (name === 'ended' || name === 'anonymous')
    },
    get mistaken() {
      return mistaken
    },
    signIn: () => client.ask('sign-in', user),
    renew: async () => void (await client.renew()),
    ask: type => client.ask<Answer>(type),
    close: () => client.close(),
  }
}
