import type { State } from '@sojourn/client'

type Why = Extract<State, { readonly name: 'ended' }>['why']

/** What the page says of a session that has ended. */
export const endings: { readonly [W in Why]: { readonly heading: string; readonly text: string } } = {
  reuse: {
    heading: 'Your key was in two hands',
    text: 'Somebody else used a copy of the key that was held here. So it is worthless now, for both of you.',
  },
  expired: {
    heading: 'You stayed away for too long',
    text: 'The server forgets those who do not come back. The number that you had here is gone.',
  },
  revoked: {
    heading: 'The server does not know you',
    text: 'It has ended this session, or lost its memory. The key that was held here opens nothing any more.',
  },
}

/** Why something was not done. */
export function explain({ code }: { readonly code?: string }): string {
  if (code === 'connection_lost')
    return 'The connection broke before the server answered. The number will tell whether it counted.'
  if (code === 'timeout') return 'The server does not answer. Nothing is lost: try again in a moment.'
  return 'That did not work. Nothing is lost: try again in a moment.'
}

const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** As `31 Jan 2030, 13:45:07`, of milliseconds since the epoch. */
export const formatTime = (time: number): string => dates.format(time)

/** As `3 minutes ago`, `in 30 days`; both in milliseconds since the epoch. */
export function formatDistance(time: number, now: number): string {
  const ms = time - now
  const [unit, unitMs] = units.find(([, unitMs]) => Math.abs(ms) >= unitMs) ?? ['second', 1000]
  return relative.format(Math.round(ms / unitMs), unit)
}
