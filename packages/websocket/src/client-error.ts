import { SessionError } from '@sojourn/core'

/** Thrown by an answerer: the client's `ask` is refused with this code and message. */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Neither what the client did, nor what has become of its session. */
export const isServerFault = (error: unknown): boolean =>
  !(error instanceof ClientError) && !(error instanceof SessionError && error.status < 500)
