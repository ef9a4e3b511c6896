import { find, say, write } from './elements.ts'
import type { User, View } from './presence.ts'
import { idleMs } from './settings.ts'
import { showParts } from './show-parts.ts'
import { endings, formatLeft, noGateway, noService } from './words.ts'

/** What is shown; while nothing is known, what was. */
let phase: 'starting' | 'in' | 'out' = 'starting'
let lastUser: User | null = null

/** Puts it on the page. Cheap, and without effect where nothing has changed. */
export function show(view: View): void {
  const { user, isReturning, item, link } = view
  if (user) {
    phase = 'in'
    lastUser = user
  } else if (user === null && !isReturning) {
    phase = 'out'
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-phase]')) {
    element.hidden = element.dataset.phase !== phase
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-needs]')) {
    const isReady = button.dataset.needs === 'key' ? item !== null : link === 'open'
    button.disabled = phase !== 'in' || !isReady
  }
  if (phase === 'out') find('copied').hidden = true
  showLink(view)
  if (phase === 'in' && lastUser) showUser(lastUser)
  else showNobody(view)
  write('about', describe(view))
  showKey(view)
  showParts(view, phase === 'in')
}

function showLink({ link, ticker }: View): void {
  const words = {
    connecting: 'Connecting',
    'no-gateway': 'No gateway',
    'no-service': 'No service',
    open: 'Connected',
  }
  find('link').dataset.link = link
  write('link-word', words[link])
  say('beat', link === 'open' && ticker.seconds !== null ? `${ticker.seconds} s` : null)
  write('seconds', `${ticker.seconds ?? '–'}`)
  find('seconds').classList.toggle('stale', link === 'no-gateway' || ticker.isSilent)
}

function showUser({ name, role }: User): void {
  say('initial', name[0] as string)
  write('name', name)
  say('role', role)
  say('ended', null)
}

function showNobody({ link, why }: View): void {
  const waiting = {
    connecting: 'One moment…',
    'no-gateway': 'Waiting for the gateway',
    'no-service': 'Waiting for the session service',
    open: 'One moment…',
  }
  say('initial', null)
  write('name', phase === 'out' ? 'You are not signed in' : waiting[link])
  say('role', null)
  say('ended', phase === 'out' && why !== null ? endings[why] : null)
  find('ended').className = why === 'signed-out' ? 'notice' : 'error said'
}

function describe({ link }: View): string {
  if (link === 'no-gateway' || link === 'no-service') {
    const trouble = link === 'no-gateway' ? noGateway : noService
    const rest = phase === 'in' ? 'You are still signed in. The page goes on' : 'The page goes on by itself,'
    return `${trouble} ${rest} as soon as it can.`
  }
  return {
    starting: '',
    in: 'Your key got this connection its token, which the gateway holds.',
    out: 'The gateway holds no token for this connection.',
  }[phase]
}

function showKey({ item }: View): void {
  if (item === null) return
  const ageMs = Date.now() - item.renewedAt
  write('key-text', `…${item.key.slice(-12)}`)
  write('renewed', `${formatLeft(ageMs)} ago`)
  write('expires', ageMs < idleMs ? `in ${formatLeft(idleMs - ageMs)}` : 'expired')
  write('attempt', item.attempt === undefined ? 'None under way' : 'Under way, not answered yet')
}
