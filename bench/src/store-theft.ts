import type { ContenderName } from './contenders.ts'
import { loadContender, storeOf } from './contenders.ts'
import { forgeriesOf } from './forgeries.ts'
import { readStore } from './read-store.ts'
import type { Theft } from './results.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { StorePlaces, startStoreServer } from './store-server.ts'
import { ask, newClient, signIn } from './visit.ts'

export const storeCopyAct = 'store-copy'

/** Whether there is anything outside of the server and the browser that could be copied. */
export const hasStore = (contender: ContenderName) => storeOf(contender) !== null

const bystanders = 5

/** Whether somebody who has copied a store of our own, but not the secrets, gets into a session with it. */
export async function measureStoreTheft(contender: ContenderName): Promise<Theft> {
  const kind = storeOf(contender)
  await using places = new StorePlaces()
  await using own = kind && (await startStoreServer(kind, false))
  const server = await startServer(contender, { store: own?.address ?? (await places.addressFor(contender)) })
  try {
    const owner = newClient('owner-of-a-record')
    const others = Array.from({ length: bystanders }, (_, index) => newClient(`bystander-${index}`))
    for (const client of [...others, owner]) {
      await signIn(server, client)
      await ask(server, 'POST', '/write', client)
    }
    const text = await readStore(server.store)
    const opens = await findGood(server, forgeriesOf(String(owner.cookie), text))
    const { lifetime } = await loadContender(contender)
    return {
      contender,
      act: storeCopyAct,
      isOffered: true,
      worksForMs: opens === null ? 0 : null,
      note: opens === null ? '' : `good for ${lifetime}`,
    }
  } finally {
    await server.kill()
  }
}

/** The first `Cookie` header that takes who sends it into somebody's session; null if none does. */
export async function findGood(server: ServerProcess, cookies: readonly string[]): Promise<string | null> {
  for (const cookie of cookies) {
    const thief = { ...newClient('thief'), cookie }
    const answer = await ask(server, 'GET', '/read', thief).catch(() => null)
    if (answer !== null && answer.user !== null) return cookie
  }
  return null
}
