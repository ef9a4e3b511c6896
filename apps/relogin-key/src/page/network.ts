/** The protocol's word for using a key. */
const presents = '["present"'
const sockets = new Set<BadSocket>()
let isCut = false
let losesAnswer = false

/** A WebSocket that this page can cut off, as a bad network would. */
export class BadSocket extends WebSocket {
  constructor(url: string | URL, protocol: string) {
    super(url, protocol)
    sockets.add(this)
    this.addEventListener('close', () => sockets.delete(this))
    if (isCut) this.close()
  }

  override send(text: string): void {
    super.send(text)
    if (!losesAnswer || !text.startsWith(presents)) return
    losesAnswer = false
    this.close() // what was sent still arrives; nothing that comes after is heard
  }
}

export function cut(): void {
  isCut = true
  for (const socket of sockets) socket.close()
}

export function heal(): void {
  isCut = false
  dispatchEvent(new Event('online')) // the client need not wait for its next try
}

/** The next key that is presented is spent, and its successor is not heard of. */
export function loseNextAnswer(): void {
  losesAnswer = true
}
