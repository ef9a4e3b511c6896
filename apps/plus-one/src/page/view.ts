import type { State } from '@sojourn/client'
import type { Visitor } from '../visitor.ts'
import { endings, formatDistance, formatTime } from './words.ts'

const find = (id: string) => document.getElementById(id) as HTMLElement

const connection = find('connection')
const ended = find('ended')
const failure = find('failure')
const actions = [find('plus-one'), find('forget-me')] as HTMLButtonElement[]
const identities = [...document.querySelectorAll<HTMLButtonElement>('.identity')]

export function showState(state: State): void {
  const isEnded = state.name === 'ended'
  const name = isEnded || state.name === 'connecting' ? state.name : 'connected'
  connection.dataset.state = name
  connection.textContent = { connecting: 'Connecting…', connected: 'Connected', ended: 'No session' }[name]
  const isNews = isEnded && ended.hidden
  ended.hidden = !isEnded
  if (!isEnded) return
  find('ended-heading').textContent = endings[state.why].heading
  find('ended-text').textContent = endings[state.why].text
  if (isNews) ended.scrollIntoView({ block: 'center' })
}

/** Nothing can be done without a session, and identities are not switched while they are being switched. */
export function allow(isInSession: boolean, isSettled: boolean): void {
  for (const button of actions) button.disabled = !isInSession
  for (const button of identities) button.disabled = !isSettled
}

/** Null: not known. */
export function showVisitor(visitor: Visitor | null): void {
  const { count, id, windows, fromClient } = visitor ?? {}
  show('count', count)
  show('session-id', id)
  show('windows', windows)
  show('from-client', fromClient || null)
  showTimes(visitor)
}

export function showTimes(visitor: Visitor | null): void {
  const now = visitor?.now ?? 0
  const time = (time: number | null | undefined) =>
    time == null ? null : `${formatTime(time)} (${formatDistance(time, now)})`
  show('first-visit', time(visitor?.firstVisitTime))
  show('previous-visit', visitor && (time(visitor.previousVisitTime) ?? 'None: this is your first'))
  show('latest-visit', time(visitor?.latestVisitTime))
  show('expires-at', time(visitor?.expiresAt))
  show('deadline', time(visitor?.deadline))
}

export function showIdentities(current: string, countOf: (identity: string) => number | undefined): void {
  for (const button of identities) {
    const { identity = '' } = button.dataset
    button.setAttribute('aria-pressed', `${identity === current}`)
    ;(button.querySelector('.identity-count') as HTMLElement).textContent = `${countOf(identity) ?? '–'}`
  }
}

export function showFailure(text: string | null): void {
  failure.hidden = text === null
  failure.textContent = text
}

export function onPress(id: string, listener: () => void): void {
  find(id).addEventListener('click', listener)
}

export function onIdentity(listener: (identity: string) => void): void {
  for (const button of identities)
    button.addEventListener('click', () => listener(button.dataset.identity ?? ''))
}

function show(id: string, value: string | number | null | undefined): void {
  const text = `${value ?? '–'}`
  const element = find(id)
  if (element.textContent !== text) element.textContent = text
}
