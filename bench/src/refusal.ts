import { fillerBytesOf } from './clients.ts'
import { nobody } from './nobody.ts'
import type { ServerProcess } from './server-process.ts'
import { ask, newClient, signIn } from './visit.ts'
import { WrongAnswer } from './wrong-answer.ts'

/**
 * Why a contender cannot hold so much in a browser, in words; null if it can. Its speed would be a pretence.
 *
 * @throws {WrongAnswer} if it takes one user for another
 */
export async function refusalOf(server: ServerProcess, sessionBytes: number): Promise<string | null> {
  const client = newClient(server.contender === 'none' ? nobody : 'user-0000001')
  try {
    await signIn(server, client, fillerBytesOf(sessionBytes))
    const { user } = await ask(server, 'GET', '/read', client)
    if (user !== null && user !== client.user) throw new WrongAnswer(`${client.user} was answered as ${user}`)
    return user === client.user ? null : 'who has signed in is not known afterwards'
  } catch (error) {
    if (error instanceof WrongAnswer) throw error
    return (error as Error).message
  }
}
