export function find<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`There is no #${id}.`)
  return element as E
}

/** Leaves alone what is so already, which a screen reader would read again. */
export function write(id: string, text: string): void {
  const element = find(id)
  if (element.textContent !== text) element.textContent = text
}

/** Null hides it. */
export function say(id: string, text: string | null): void {
  write(id, text ?? '')
  find(id).hidden = text === null
}

export function onClick(id: string, listener: () => unknown): void {
  find(id).addEventListener('click', listener)
}
