import type { State } from '@sojourn/client'
import { isAway } from './away.ts'
import { find, say, write } from './elements.ts'
import type { Key } from './key.ts'
import { endings, formatLeft } from './words.ts'

export interface Person {
  readonly name: string
  readonly email: string
}

export interface View {
  readonly state: State
  /** Who is signed in, also while the connection is down. */
  readonly person: Person | null
  readonly key: Key | null
  /** The last tick of this connection. */
  readonly seconds: number | null
}

/** What is shown; while nothing is known, what was. */
let phase: 'starting' | 'in' | 'out' = 'starting'

/** Puts it on the page. Cheap, and without effect where nothing has changed. */
export function show(view: View): void {
  const { state, person, key } = view
  if (person !== null) phase = 'in'
  else if (state.name === 'anonymous' || state.name === 'ended') phase = 'out'
  for (const element of document.querySelectorAll<HTMLElement>('[data-phase]')) {
    element.hidden = element.dataset.phase !== phase
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-needs]')) {
    const isReady = button.dataset.needs === 'key' ? key !== null : state.name === 'active'
    button.disabled = phase !== 'in' || !isReady
  }
  if (phase === 'out') find('copied').hidden = true
  showLink(view)
  showPerson(view)
  say('ended', state.name === 'ended' ? endings[state.why] : null)
  showKey(key)
}

function showLink({ state, seconds }: View): void {
  const link = isAway() ? 'away' : state.name
  const words = {
    away: 'Cut off',
    connecting: 'Connecting',
    active: 'Connected',
    anonymous: 'Connected',
    ended: 'Signed out',
  }
  find('link').dataset.link = link
  write('link-word', words[link])
  say('beat', link === 'active' && seconds !== null ? `${seconds} s` : null)
  write('seconds', seconds === null ? '–' : `${seconds}`)
  find('seconds').classList.toggle('stale', link !== 'active')
}

function showPerson({ state, person }: View): void {
  say('initial', person && (person.name[0] as string))
  const names = {
    connecting: 'One moment…',
    active: 'One moment…',
    anonymous: 'You are not signed in',
    ended: 'You were signed out',
  }
  write('name', person?.name ?? names[state.name])
  const isLost = person !== null && state.name === 'connecting'
  const anonymous = 'This page is connected, but the server does not know who you are.'
  write(
    'about',
    isLost
      ? 'You are still signed in. The page connects again as soon as it can.'
      : (person?.email ?? (state.name === 'anonymous' ? anonymous : '')),
  )
}

function showKey(key: Key | null): void {
  if (key === null) return
  const now = Date.now()
  write('generation', `${key.generation}`)
  write('renewed', `${formatLeft(now - key.renewedAt)} ago`)
  const leftMs = (key.expiresAt ?? now) - now
  write('expires', leftMs > 0 ? `in ${formatLeft(leftMs)}` : 'expired')
  write('session', key.session)
}
