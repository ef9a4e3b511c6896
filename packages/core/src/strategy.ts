/** What a client holds to be known again. Opaque to all but the strategy that issued it; never logged. */
export type Credential = string

/** One session, as plain data: all that crosses the seams below core. Times are milliseconds since the epoch. */
export interface SessionRecord {
  /** Public and stable: safe to log and to list, worthless as a credential. */
  readonly id: string
  readonly userId: string | null
  /** The text of a JSON object. Core parses it once; everything below core only carries it. */
  readonly data: string
  readonly createdAt: number
  /** The absolute end: use never moves it, only a new sign-in does. */
  readonly deadline: number
  /** The idle end: use moves it, never past the deadline. */
  readonly expiresAt: number
  /** 0 until first saved, then one more with each save. */
  readonly version: number
  /** Which credential is the current one. */
  readonly generation: number
  /** When that generation began. */
  readonly rotatedAt: number
  /** Digests of the attempt ids that made the last generations, newest first; for one-time keys. */
  readonly attempts: readonly string[]
}

/** A live session. `credential` is present only when the client must replace the one it holds. */
export interface Resumed {
  readonly record: SessionRecord
  readonly credential?: Credential
}

/** A save either happened, or lost to one that did: `current` is the winner, null if the session has ended. */
export type Saved =
  | ({ readonly ok: true } & Resumed)
  | { readonly ok: false; readonly current: SessionRecord | null }

export interface SaveOptions {
  readonly reissue: boolean
  readonly binding?: string | null
}

/** What a strategy promises. The conformance suite asserts each line, and that what is not promised fails. */
export interface SessionTraits {
  /** Sessions outlive the process that made them. */
  readonly durable: boolean
  /** A second server with the same secrets resumes the sessions that the first one made. */
  readonly shared: boolean
  /** Of two saves from one version the second is refused; otherwise the last one wins and undoes the first. */
  readonly detectsConflicts: boolean
  /** When the client is given a new credential, beside the first one. A transport must be able to deliver it. */
  readonly newCredential: 'at-sign-in' | 'at-save' | 'at-resume'
  /** The cookie, without prefix, that its credentials are bound to: under another name they are worthless. Null: any. */
  readonly cookieName: string | null
  /** Its credentials are good only together with a second one, which the transport must be given. */
  readonly binds: boolean
}

/** Turns credentials into records, and says when the client must hold a new credential. */
export interface SessionStrategy {
  readonly name: string
  readonly traits: SessionTraits
  /** Null: nothing can end a session before it expires. */
  readonly revoker: SessionRevoker | null
  /** Null: only the client knows its sessions. */
  readonly directory: SessionDirectory | null
  /**
   * Null for any credential that is not good: forged, unknown, spent, expired, revoked. Throws only on faults.
   * `binding` is a second credential that came with it, for strategies that bind one to the other.
   */
  resume(credential: Credential, binding?: string | null): Promise<Resumed | null>
  /**
   * Saves `record` if nobody saved since its version; the saved record is one version on. The first save of a
   * session, and each with `reissue`, yields a credential. `reissue` ends the old one, where there is a revoker.
   * The new one is bound to `binding`, where the strategy does that; without one, `save` throws `binding_missing`.
   */
  save(record: SessionRecord, options: SaveOptions): Promise<Saved>
  close(): Promise<void>
}

/** Ends sessions while their clients are away. */
export interface SessionRevoker {
  /**
   * Ends a session for good: no credential of it is honoured again, and no late save brings it back. Who knows its
   * `deadline` says so: a strategy that must remember what has ended can forget it then.
   */
  revoke(id: string, options?: { readonly deadline?: number }): Promise<void>
  revokeAll(userId: string, options?: { readonly except?: string }): Promise<void>
  /**
   * Calls back with the id of each session ended early, by this process or, where the store can tell, by any
   * other. Returns how to stop listening.
   */
  onRevoked(listener: (id: string) => void): () => void
}

/** Looks sessions up while their clients are away. Expired sessions are not found. */
export interface SessionDirectory {
  find(id: string): Promise<SessionRecord | null>
  list(userId: string): Promise<SessionRecord[]>
}

/**
 * What core tells a transport to do with the client's credential. `until` is when the client may forget it;
 * `version` is that of the record: of two credentials of one session, the one with the higher is the later.
 */
export type Instruction =
  | { readonly do: 'keep' }
  | {
      readonly do: 'set'
      readonly credential: Credential
      readonly until: number
      readonly version: number
    }
  | { readonly do: 'clear' }
