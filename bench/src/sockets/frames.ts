/** What a server tells of a session: see the protocol of `@sojourn/websocket`. */
export interface SessionFrame {
  readonly id: string
  readonly userId: string | null
  readonly expiresAt: number | null
  readonly credential?: string | null
  readonly version?: number
  readonly refused?: 'reuse' | 'unknown'
}
