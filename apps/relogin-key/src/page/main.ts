import { type ClientError, createClient } from '@sojourn/client'
import { showAway } from './away.ts'
import { find, onClick, say } from './elements.ts'
import { type Key, readKey, storage } from './key.ts'
import { log } from './log.ts'
import { BadSocket } from './network.ts'
import { type Person, show } from './show.ts'
import { offerTries } from './tries.ts'
import { describeError, describeState } from './words.ts'

const client = createClient({
  url: location.origin.replace('http', 'ws'),
  storage,
  renewMs: Number(document.body.dataset.renewMs),
  backoff: { maxMs: 3000 },
  WebSocket: BadSocket,
})
let person: Person | null = null
let seconds: number | null = null
let key: Key | null = null
let last = client.state

client.onState(state => {
  log(describeState(state, last))
  last = state
  say('failed', null)
  if (state.name === 'anonymous' || state.name === 'ended') person = seconds = null
  if (state.name === 'active') void learnWho()
  void lookAtKey() // a generation may be shorter than the pauses of the watch
  refresh()
})
client.listen('tick', (count: number) => {
  seconds = count
  refresh()
})
void watchKey()
offerTries(client)

const form = find<HTMLFormElement>('sign-in')
form.addEventListener('submit', async event => {
  event.preventDefault()
  const fields = new FormData(form)
  await busy(form, async () => {
    say('wrong', await call('signIn', fields.get('name'), fields.get('password')))
  })
  if (client.state.name !== 'active') return
  form.reset()
  find('name').focus()
})
for (const [id, type] of [
  ['sign-out', 'signOut'],
  ['sign-out-everywhere', 'signOutEverywhere'],
] as const) {
  onClick(id, async () => say('failed', await call(type)))
}

/** Null, or why it failed. */
async function call(type: string, ...args: unknown[]): Promise<string | null> {
  try {
    await client.ask(type, ...args)
    return null
  } catch (error) {
    return describeError((error as ClientError).code)
  }
}

async function learnWho(): Promise<void> {
  const found = await client.ask<Person | null>('me').catch(() => null)
  if (client.state.name !== 'active' || found === null) return // the next connection asks again
  person = found
  refresh()
}

/** Any tab may have renewed it. */
async function watchKey(): Promise<void> {
  await lookAtKey()
  setTimeout(watchKey, 250)
}

async function lookAtKey(): Promise<void> {
  const found = await readKey().catch(() => key)
  if (found !== null && found.generation !== key?.generation) {
    log(
      key === null
        ? `Key of generation ${found.generation}`
        : `Key ${key.generation} became key ${found.generation}`,
    )
  }
  key = found
  refresh()
}

function refresh(): void {
  showAway()
  show({ state: client.state, person, key, seconds })
}

async function busy(form: HTMLFormElement, work: () => Promise<void>): Promise<void> {
  const button = form.querySelector('button') as HTMLButtonElement
  button.disabled = true
  await work()
  button.disabled = false
}
