import type { State } from '@sojourn/client'

const { idleSeconds } = document.body.dataset

export const endings = {
  reuse: 'Somebody else used a copy of your key, so both were signed out. Sign in again.',
  revoked: 'Your session was ended from another device, or by the server. Sign in again.',
  expired: `Your key was not used for ${idleSeconds} seconds, so it has expired. Sign in again.`,
}

/** What a failed call is called. */
export function describeError(code: string): string {
  if (code === 'invalid_login') return 'invalid login'
  if (code === 'busy') return 'Too many people are signing in right now. Try again in a moment.'
  if (code === 'connection_lost') return 'The connection was lost before the server answered. Try again.'
  if (code === 'timeout') return 'The server does not answer. Try again.'
  return 'That did not work. Try again.'
}

/** For the log. */
export function describeState(state: State, last: State): string {
  switch (state.name) {
    case 'connecting':
      return last.name === 'ended' ? 'Connecting' : 'Connection lost'
    case 'active':
      return 'Connected, and signed in'
    case 'anonymous':
      return 'Connected, and not signed in'
    case 'ended':
      return {
        reuse: 'Signed out: a copy was used',
        revoked: 'Signed out: ended elsewhere',
        expired: 'Signed out: expired',
      }[state.why]
  }
}

/** As `1:05`. */
export function formatLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
