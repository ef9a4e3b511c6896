import { fillerBytesOf } from '../clients.ts'
import { type ContenderName, plantedName } from '../contenders.ts'
import { measure, type Scenario, scenarios } from '../throughput.ts'
import { putUnderLoad } from '../under-load.ts'
import { newClient, signIn } from '../visit.ts'
import { chosenOneIn } from './chosen-requests.ts'
import { type Reading, readsExactly } from './reading.ts'
import type { Check, Stand } from './stand.ts'

const requests = 1000
const concurrency = 20
const [read, write] = scenarios as [Scenario, Scenario]

/** How many requests are counted when so many clients ask once each. */
const countRequests = (stand: Stand, contender: ContenderName, scenario: Scenario): Promise<number> =>
  stand.with([contender], async server => {
    const signIns = { port: server.port, count: requests, firstUser: 1, fillerBytes: fillerBytesOf(200) }
    const clients = await stand.loader.signIn({ ...signIns, every: 1 })
    const each = requests / concurrency
    const connections = Array.from({ length: concurrency }, (_, index) =>
      clients.slice(index * each, (index + 1) * each),
    )
    return (await measure({ ...scenario, isFirst: true }, server, stand.loader, connections, 1)).requests
  })

async function readsFailure(
  what: string,
  words: RegExp,
  ...asked: Parameters<typeof countRequests>
): Promise<Reading> {
  const note = await countRequests(...asked).then(
    () => '',
    error => (error as Error).message,
  )
  const measured = words.test(note) ? 'fails' : note === '' ? 'passes' : 'other words'
  return { ...readsExactly(`${what}: the run`, 'fails', measured), note }
}

export const wrongAnswers: Check = {
  name: 'wrong answers',
  async read(stand) {
    const swapped = plantedName('memory', 'swapped-user')
    const wrong = plantedName('memory', 'wrong-counter')
    return [
      readsExactly(
        'nothing, and 1,000 pages are asked for: counted',
        requests,
        await countRequests(stand, 'memory', read),
      ),
      await readsFailure(
        'another user in 1 page of 500',
        /user-\d+ .*was answered .*mallory/,
        stand,
        swapped,
        read,
      ),
      await readsFailure(
        'another counter in 1 page of 500',
        /\(counter 0\) was answered .*1000000/,
        stand,
        wrong,
        read,
      ),
      await readsFailure(
        'a lost write, 1 of 500',
        /\(counter 1\) was answered .*100000/,
        stand,
        wrong,
        write,
      ),
    ]
  },
}

/** Where a wrong user is counted, and not the end of the run: while something is broken. */
export const wrongUsersUnderLoad: Check = {
  name: 'wrong users under load',
  read: stand =>
    stand.with([plantedName('memory', 'swapped-user')], async server => {
      const clients = Array.from({ length: 50 }, (_, index) => newClient(`user-${index}`))
      for (const client of clients) await signIn(server, client)
      let asked = 0
      const enough = Promise.withResolvers<void>()
      const load = putUnderLoad(() => {
        if (++asked > 2 * chosenOneIn) enough.resolve()
        return [server]
      }, clients)
      await enough.promise
      const { answers, wrongUser } = await load.stop()
      const planted = Math.floor(answers / chosenOneIn)
      return [readsExactly('another user in 1 page of 500, under load: counted', planted, wrongUser)]
    }),
}
