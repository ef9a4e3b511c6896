import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'

const everyMs = 1000

export interface Kept {
  /** As `The gateway`. */
  readonly name: string
  readonly url: string
  /** Null if it is another's. May reject: then it is tried again. */
  readonly restart: (() => Promise<void>) | null
  /** What to say when it is gone. */
  readonly remark: string
}

/** Says when a server is gone and when it is back, and starts it again if it is ours; until `signal` is aborted. */
export async function keepUp({ name, url, restart, remark }: Kept, signal: AbortSignal): Promise<void> {
  let wasUp = true
  while (!signal.aborted) {
    const isUp = await answers(url)
    if (isUp !== wasUp)
      console.log(isUp ? `${name} answers at ${url}` : `${name} does not answer at ${url}. ${remark}`)
    wasUp = isUp
    await setTimeout(everyMs, null, { signal }).catch(() => {})
    if (!isUp && !signal.aborted) await restart?.().catch(() => {})
  }
}

async function answers(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) || (protocol === 'wss:' ? 443 : 80) })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(everyMs) })
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
