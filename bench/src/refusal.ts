import { nobody } from './nobody.ts'
import type { NotRun } from './results.ts'
import type { ServerProcess } from './server-process.ts'
import { fillerBytesOf } from './throughput.ts'
import { ask, newClient, signIn } from './visit.ts'

/** Tells who can hold so much in a browser, for each size, from who cannot: their speed would be a pretence. */
export async function sortOut(servers: readonly ServerProcess[], sizes: readonly number[]) {
  const able = new Map<number, ServerProcess[]>(sizes.map(sessionBytes => [sessionBytes, []]))
  const refused: NotRun[] = []
  for (const [sessionBytes, list] of able) {
    for (const server of servers) {
      const reason = await refusalOf(server, sessionBytes)
      if (reason === null) list.push(server)
      else refused.push({ contender: server.contender, sessionBytes, reason })
    }
  }
  return { able, refused }
}

async function refusalOf(server: ServerProcess, sessionBytes: number): Promise<string | null> {
  const client = newClient(server.contender === 'none' ? nobody : 'user-0000001')
  try {
    await signIn(server, client, fillerBytesOf(sessionBytes))
    const { user } = await ask(server, 'GET', '/read', client)
    return user === client.user ? null : 'who has signed in is not known afterwards'
  } catch (error) {
    return (error as Error).message
  }
}
