import { plantedName } from '../contenders.ts'
import { measureTheft } from '../theft.ts'
import { endsAfterMs } from './plants/slow-ends.ts'
import { readsExactly, readsNear } from './reading.ts'
import type { Check } from './stand.ts'

/** Copies are tried every 5 ms, and as long as an answer takes: that is how finely their end is known. */
export const thefts: Check = {
  name: 'copies that work on',
  read: stand =>
    stand.with([plantedName('memory', 'slow-ends')], async server => {
      const rows = await measureTheft(server)
      const worksForMs = (act: string) => rows.find(row => row.act === act)?.worksForMs
      const everywhere = worksForMs('sign-out-everywhere')
      return [
        readsNear(
          'a copy is good after sign-out, for ms',
          endsAfterMs,
          100,
          Number(worksForMs('sign-out')),
          'makes it more or less',
        ),
        readsExactly(
          'a copy is good after sign-out everywhere',
          'for ever',
          everywhere === null ? 'for ever' : `${everywhere} ms`,
        ),
        readsExactly(
          'nothing: a copy is good after a new password, for ms',
          0,
          worksForMs('password-change') ?? 'for ever',
        ),
      ]
    }),
}
