import type { Client } from '@sojourn/client'
import { stayAway } from './away.ts'
import { find, onClick, say } from './elements.ts'
import { readKey, takeKey } from './key.ts'
import { log } from './log.ts'
import { loseNextAnswer } from './network.ts'

const cutMs = 10_000
/** Clocks of page and server differ a little. */
const spareMs = 500

/** Makes the buttons of the things to try work. */
export function offerTries(client: Client): void {
  const renew = () => client.renew().catch(() => {}) // the state tells

  onClick('renew', renew)
  onClick('reload', () => location.reload())
  onClick('cut', () => stayAway('This page has cut its connection.', Date.now() + cutMs))
  onClick('lose', () => {
    log('Renewing, and losing the answer')
    loseNextAnswer()
    void renew()
  })
  onClick('copy', copyKey)
  onClick('expire', async () => {
    const expiresAt = (await readKey())?.expiresAt ?? Date.now()
    stayAway('This page stays away until its key has expired.', expiresAt + spareMs)
  })
  find('steal').addEventListener('submit', useStolenKey)
}

async function copyKey(): Promise<void> {
  const text = (await readKey())?.text ?? ''
  const area = find<HTMLTextAreaElement>('copied-key')
  area.value = text
  find('copied').hidden = false
  const isCopied = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  )
  if (!isCopied) area.select()
  say(
    'copied-note',
    `${isCopied ? 'Copied.' : 'Copy this.'} Now open ${location.origin} in a private window.`,
  )
}

async function useStolenKey(event: SubmitEvent): Promise<void> {
  event.preventDefault()
  const text = String(new FormData(event.target as HTMLFormElement).get('key')).trim()
  const isKey = await takeKey(text)
  find('not-a-key').hidden = isKey
  if (isKey) location.reload()
}
