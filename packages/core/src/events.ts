import { type Channel, channel } from 'node:diagnostics_channel'

export interface SessionEvent {
  /** The strategy's name. */
  readonly strategy: string
  readonly sessionId: string
  readonly userId: string | null
}

/**
 * What happens to sessions, on the `node:diagnostics_channel` channels `sojourn:created`, `sojourn:signed-in`, …
 * No event carries a credential or session data.
 */
export interface SessionEvents {
  /** A session was saved for the first time. */
  created: SessionEvent
  'signed-in': SessionEvent
  /** Use moved the idle expiry. */
  renewed: SessionEvent
  /** Its own client ended it; a `revoked` comes with it, where there is a revoker. */
  'signed-out': SessionEvent
  /** The strategy reports a session as ended early, here or in another process. */
  revoked: Pick<SessionEvent, 'strategy' | 'sessionId'>
  /** A save lost to a parallel one and was applied on top of it, key by key. */
  'conflict-merged': SessionEvent
  /** A save came too late: the session has ended or is another user's. Its changes were dropped. */
  'conflict-lost': SessionEvent
  /** A client presented a credential that is not good. */
  'credential-refused': Pick<SessionEvent, 'strategy'>
  /** A stored record that is not ours, or was damaged; it is treated as absent. */
  'record-malformed': SessionEvent
  /** A spent one-time key was presented again: someone holds a copy. The session was ended. */
  reuse: SessionEvent & { readonly keyAgeMs: number }
}

const channels: { readonly [E in keyof SessionEvents]: Channel<SessionEvents[E]> } = {
  created: channel('sojourn:created'),
  'signed-in': channel('sojourn:signed-in'),
  renewed: channel('sojourn:renewed'),
  'signed-out': channel('sojourn:signed-out'),
  revoked: channel('sojourn:revoked'),
  'conflict-merged': channel('sojourn:conflict-merged'),
  'conflict-lost': channel('sojourn:conflict-lost'),
  'credential-refused': channel('sojourn:credential-refused'),
  'record-malformed': channel('sojourn:record-malformed'),
  reuse: channel('sojourn:reuse'),
}

/** Listens, typed; returns how to stop. A listener that throws does not disturb the session. */
export function onSessionEvent<E extends keyof SessionEvents>(
  event: E,
  listener: (message: SessionEvents[E]) => void,
): () => void {
  const subscriber = (message: unknown) => listener(message as SessionEvents[E])
  channels[event].subscribe(subscriber)
  return () => void channels[event].unsubscribe(subscriber)
}

export function publish<E extends keyof SessionEvents>(event: E, message: SessionEvents[E]): void {
  if (channels[event].hasSubscribers) channels[event].publish(message)
}
