import type { User } from './users.ts'

/** What goes over NATS, of what is looked at: see the RES service protocol. */
export interface AuthRequest {
  readonly cid: string
  readonly token: Token | null
  readonly params: { readonly [name: string]: unknown } | null
}

export interface Token {
  readonly sid: string
  readonly userId: User['id']
  readonly role: string
}

export interface TokenEvent {
  readonly token: Token | null
  readonly tid?: string
}

/** Of the model `session.user.{cid}`. */
export interface ChangeEvent {
  readonly values: { readonly [P in keyof User]?: User[P] | null }
}

export interface ServiceAnswer {
  readonly result?: { readonly reloginKey?: string } | null
  readonly error?: { readonly code: string; readonly message: string }
}

export const nobodysModel = { id: null, name: null, role: null }
