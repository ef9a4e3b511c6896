/** Every way in which Sojourn refuses or fails. Stable: match on these, never on a message. */
export type SessionErrorCode =
  | 'invalid_option' // an option, or a set of options, that cannot work
  | 'weak_secret' // a secret shorter than 32 bytes, or none at all; thrown at construction
  | 'not_json' // session data holds what JSON cannot carry
  | 'reserved_key' // session data uses a name that belongs to the session itself
  | 'data_too_large' // session data is longer than `maxDataBytes`, or than fits the strategy's credential
  | 'session_ended' // saving a session that was ended, or became another user's, in the meantime
  | 'conflict' // too many parallel saves of one session, none of which this one could follow
  | 'store_unavailable' // the strategy failed: its store is down, answered with an error, or too late
  | 'too_late' // a credential is due, but the answer that could carry it has already begun
  | 'binding_missing' // a credential is due, but what it is to be bound to did not come with the request
  | 'not_revocable' // the strategy cannot end sessions that are not in hand
  | 'session_replaced' // `req.session` was assigned to
  | 'insecure_connection' // a Secure cookie is due, but the connection is not secure
  | 'cross_site_request' // an unsafe request came from another site

/** For transports over HTTP; all others are 500. */
const statuses: { readonly [C in SessionErrorCode]?: number } = {
  binding_missing: 400,
  session_ended: 401,
  cross_site_request: 403,
  conflict: 503,
  store_unavailable: 503,
}

/** The only error that Sojourn throws. The message names the remedy; `cause` is the fault below, if any. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
  readonly code: SessionErrorCode
  /** The HTTP status that fits, as Express looks for it. */
  readonly status: number

  constructor(code: SessionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = statuses[code] ?? 500
  }
}
