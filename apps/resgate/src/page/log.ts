import { find } from './elements.ts'

const longest = 8

/** Adds a line, with the time, to what the page tells of itself. */
export function log(text: string): void {
  const list = find('log')
  const time = document.createElement('time')
  time.textContent = new Date().toLocaleTimeString('en-GB')
  const line = document.createElement('li')
  line.append(time, text)
  list.prepend(line)
  while (list.childElementCount > longest) list.lastElementChild?.remove()
}
