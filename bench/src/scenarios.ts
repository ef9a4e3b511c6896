/** What a client may ask for. */
export const requests = {
  read: { method: 'GET', path: '/read' },
  write: { method: 'POST', path: '/write' },
  login: { method: 'POST', path: '/login' },
  logout: { method: 'POST', path: '/logout' },
} as const

export type RequestName = keyof typeof requests

export interface Scenario {
  readonly name: string
  /** For the head of a table. */
  readonly question: string
  /** What each client asks for, in this order, again and again. */
  readonly requests: readonly [RequestName, ...RequestName[]]
  /** Else each request is of a visitor without a session; one who logs in is a new user each time. */
  readonly isSignedIn: boolean
  /** Each request is the first of its client to a server that did not sign it in. Only where servers share sessions. */
  readonly isFirst?: boolean
  /** It leaves so many sessions behind that servers are started anew. */
  readonly leavesSessions?: boolean
}

/** Of a hundred requests: who signs out signs in again at once. */
const mix = Array.from({ length: 100 }, (_, turn): RequestName => {
  if (turn === 50) return 'logout'
  if (turn === 51) return 'login'
  return turn % 13 === 6 ? 'write' : 'read'
})

export const scenarios: readonly Scenario[] = [
  {
    name: 'read',
    question: 'What does a signed-in page view cost?',
    requests: ['read'],
    isSignedIn: true,
  },
  {
    name: 'write',
    question: 'What does changing one key cost?',
    requests: ['write'],
    isSignedIn: true,
  },
  {
    name: 'anonymous',
    question: 'What does a visitor without a session cost?',
    requests: ['read'],
    isSignedIn: false,
  },
  {
    name: 'mixed',
    question: 'What does a mix of requests cost?',
    requests: mix as [RequestName, ...RequestName[]],
    isSignedIn: true,
    leavesSessions: true,
  },
  {
    name: 'login',
    question: 'What does signing in cost?',
    requests: ['login'],
    isSignedIn: false,
    leavesSessions: true,
  },
  {
    name: 'first-read',
    question: 'What does a page view cost the first time?',
    requests: ['read'],
    isSignedIn: true,
    isFirst: true,
  },
]
