const relative = new Intl.RelativeTimeFormat('en')
const about = (count: number, unit: 'minute' | 'hour' | 'day') => `about ${relative.format(-count, unit)}`

/** As `just now` or `about 3 minutes ago`; both in milliseconds since the epoch. */
export function formatAgo(time: number, now: number): string {
  const minutes = Math.floor((now - time) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return about(minutes, 'minute')
  if (minutes < 1440) return about(Math.floor(minutes / 60), 'hour')
  return about(Math.floor(minutes / 1440), 'day')
}

/** As `2030-01-31 13:45 UTC`, of milliseconds since the epoch. */
export const formatTime = (time: number): string =>
  `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
