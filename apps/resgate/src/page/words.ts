import { gatewayUrl, idleMs } from './settings.ts'

/** Why one is out who was in. `refused`: the key was worthless, and nobody said why. */
export type Why = 'reuse' | 'revoked' | 'expired' | 'signed-out' | 'refused'

export const endings: { readonly [W in Why]: string } = {
  reuse: 'Somebody else used a copy of your key, so both were signed out. Sign in again.',
  revoked: 'Your session was ended from elsewhere. Sign in again.',
  expired: `Your key was not used for ${idleMs / 1000} seconds, so it has expired. Sign in again.`,
  'signed-out': 'You signed out in another tab.',
  refused:
    'Your session is over: it was ended from elsewhere, or a copy of your key was used. Sign in again.',
}

interface Failure {
  readonly code?: string
  readonly data?: unknown
}

/** Why a press of a button came to nothing. */
export function describeFailure({ code, data }: Failure): string {
  switch (code) {
    case 'session.wrongUsernamePassword':
      return 'Wrong name or password.'
    case 'session.tooManyAttempts': {
      const { retryAfterMs = 60_000 } = (data ?? {}) as { retryAfterMs?: number }
      return `Too many wrong passwords. Try again in ${formatWait(retryAfterMs)}.`
    }
    case 'session.alreadyLoggedIn':
      return 'This page is signed in already. Reload it to see as whom.'
    case 'connection_lost':
      return 'The connection was lost before the answer came. Try again.'
    case 'system.timeout':
    case 'system.notFound':
      return 'The session service does not answer. Try again in a moment.'
    default:
      return 'That did not work. Try again.'
  }
}

export const noGateway = `No gateway answers at ${gatewayUrl}.`
export const noService = 'The session service does not answer.'

/** As `1:05`. */
export function formatLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function formatWait(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}
