/** What is not the same on all three, and follows from where each keeps its sessions. */
export interface Differences {
  /** Where a copy of the cookie still leads to after its owner has signed out. */
  readonly copyAfterSignOut: '/dashboard' | '/login'
  readonly afterRestart: '/dashboard' | '/login'
  /** Where a cookie leads an attacker who planted it on a visitor who then signed in. */
  readonly plantedCookie: '/dashboard' | '/login'
  /** What becomes of messages of 4,000 and of 8,000 characters. */
  readonly longMessages: readonly ['kept' | 'lost', 'kept' | 'lost' | 'refused']
  /** What a sign-in form on a page of another site is answered. */
  readonly foreignForm: 302 | 403
}

export const variants: Readonly<Record<string, Differences>> = {
  'client-sessions': {
    copyAfterSignOut: '/dashboard',
    afterRestart: '/dashboard',
    plantedCookie: '/login',
    longMessages: ['lost', 'lost'],
    foreignForm: 302,
  },
  'express-session': {
    copyAfterSignOut: '/login',
    afterRestart: '/login',
    plantedCookie: '/dashboard',
    longMessages: ['kept', 'kept'],
    foreignForm: 302,
  },
  sojourn: {
    copyAfterSignOut: '/dashboard',
    afterRestart: '/dashboard',
    plantedCookie: '/login',
    longMessages: ['kept', 'refused'],
    foreignForm: 403,
  },
}
