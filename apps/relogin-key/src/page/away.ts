import { find, onClick, say, write } from './elements.ts'
import { log } from './log.ts'
import { cut, heal } from './network.ts'
import { formatLeft } from './words.ts'

let until: number | null = null

onClick('back', comeBack)

export const isAway = (): boolean => until !== null

/** Keeps the page off the network until then, in milliseconds since the epoch, or until it is called back. */
export function stayAway(why: string, end: number): void {
  until = end
  say('away-why', why)
  find('away').hidden = false
  log('Connection cut by this page')
  cut()
}

export function showAway(): void {
  if (until === null) return
  const leftMs = until - Date.now()
  if (leftMs <= 0) comeBack()
  else write('away-left', formatLeft(leftMs))
}

function comeBack(): void {
  until = null
  find('away').hidden = true
  heal()
}
