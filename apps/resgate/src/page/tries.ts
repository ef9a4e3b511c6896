import { find, onClick, say } from './elements.ts'
import { readItem, writeItem } from './key.ts'
import { log } from './log.ts'
import type { Presence } from './presence.ts'

/** Makes the buttons of the things to try work. */
export function offerTries(presence: Presence): void {
  onClick('renew', () => presence.renew())
  onClick('reload', () => location.reload())
  onClick('lose', () => {
    log('Using the key, and losing the answer')
    presence.line.loseNextAnswer()
    void presence.renew()
  })
  onClick('copy', copyKey)
  find('steal').addEventListener('submit', useStolenKey)
}

async function copyKey(): Promise<void> {
  const key = (await readItem())?.key ?? ''
  const area = find<HTMLTextAreaElement>('copied-key')
  area.value = key
  find('copied').hidden = false
  const isCopied = await navigator.clipboard.writeText(key).then(
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
  const key = `${new FormData(event.target as HTMLFormElement).get('key')}`.trim()
  await writeItem({ key, renewedAt: Date.now() })
  location.reload()
}
