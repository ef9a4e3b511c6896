import { find, onClick, say } from './elements.ts'
import { log } from './log.ts'
import { presence } from './presence.ts'
import { renewMs } from './settings.ts'
import { show } from './show.ts'
import { offerTries } from './tries.ts'
import { describeFailure } from './words.ts'

presence.onChange(() => {
  if (!presence.view.user) say('failed', null)
  show(presence.view)
})
setInterval(() => void presence.tick(), Math.min(1000, renewMs / 4))
offerTries(presence)
presence.begin()
log('Page opened')

const form = find<HTMLFormElement>('sign-in')
form.addEventListener('submit', async event => {
  event.preventDefault()
  const button = form.querySelector('button') as HTMLButtonElement
  if (button.disabled) return
  const fields = new FormData(form)
  button.disabled = true
  say('wrong', null)
  const failure = await failureOf(presence.signIn(`${fields.get('name')}`, `${fields.get('password')}`))
  button.disabled = false
  say('wrong', failure)
  if (failure !== null) return
  form.reset()
  find('name').focus()
})
onClick('sign-out', async () => {
  const button = find<HTMLButtonElement>('sign-out')
  button.disabled = true
  say('failed', null)
  say('failed', await failureOf(presence.signOut()))
  button.disabled = false
})

/** Null, or why it failed. */
const failureOf = (done: Promise<void>): Promise<string | null> => done.then(() => null, describeFailure)
