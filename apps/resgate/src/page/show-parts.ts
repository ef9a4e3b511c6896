import { find, write } from './elements.ts'
import type { View } from './presence.ts'

/** Null: nothing is known of it. */
type Part = readonly [isUp: boolean | null, text: string]

/** Who answers, as far as this page can tell. */
export function showParts(view: View, isIn: boolean): void {
  const isThere = view.link !== 'no-gateway' && view.isOpen
  showPart(
    'gateway',
    isThere ? [true, 'Connected'] : [view.link === 'connecting' ? null : false, 'Does not answer'],
  )
  showPart('session', isThere ? describeSession(view) : [null, 'Behind the gateway'])
  showPart('ticker', isThere ? describeTicker(view, isIn) : [null, 'Behind the gateway'])
}

function describeSession({ link, answeredAt }: View): Part {
  if (link === 'no-service') return [false, 'Does not answer']
  if (answeredAt === null) return [null, 'Not asked yet']
  return [true, `Answered ${Math.round((Date.now() - answeredAt) / 1000)} s ago`]
}

function describeTicker({ ticker }: View, isIn: boolean): Part {
  if (!isIn) return [null, 'Answers only who is signed in']
  if (ticker.seconds === null) return [false, 'Does not answer']
  return ticker.isSilent ? [false, 'Silent'] : [true, 'Ticks']
}

function showPart(name: string, [isUp, text]: Part): void {
  find(`part-${name}`).dataset.up = { true: 'yes', false: 'no', null: '' }[`${isUp}`]
  write(`part-${name}`, text)
}
