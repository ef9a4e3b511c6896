import { createClock, minuteMs } from '@sojourn/conformance'
import type { ReloginKeyStrategyOptions } from './index.ts'
import type { Verdict } from './judge.ts'
import type { Trial } from './trial.fixture.ts'

export type Step = (trial: Trial) => unknown

const by =
  (...attempts: (string | null)[]): Step =>
  async trial => {
    for (const attempt of attempts) await trial.rotate(attempt)
  }
const wait =
  (ms: number): Step =>
  ({ clock }) =>
    clock.advance(ms)
const lose =
  (writes: number): Step =>
  ({ store }) =>
    store.lose(writes)
const signIn: Step = trial => trial.signIn()
/** Presents a key, whatever comes of it. */
const present =
  (generation: number, attempt: string | null): Step =>
  trial =>
    trial.present(generation, attempt)

/** What happened, the key that is presented then, and what comes of it. */
export type Row = [name: string, steps: Step[], key: number, attempt: string | null, verdict: Verdict]

const after =
  (...steps: Step[]): Step =>
  async trial => {
    for (const step of steps) await step(trial)
  }

const made = by('A', 'B', 'C')
const ids = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}`)
const ten = by(...ids(10))
/** The store lost the last two generations of three, or only one; the client went on. */
const lostTwo = after(made, lose(2), present(3, 'D'))
const lostOne = after(made, lose(1), present(3, 'D'))
const graceMs = 10_000
const recoveryMs = 5 * minuteMs
/** The generation that a sign-in makes, before the clock is turned. */
const signedIn = createClock().now()

/** Every row of the protocol. */
export const tables: [title: string, options: Partial<ReloginKeyStrategyOptions>, rows: Row[]][] = [
  [
    'the current key',
    {},
    [
      ['is rotated', [made, wait(minuteMs)], 3, 'D', 'rotate'],
      ['is rotated for a client without attempt ids', [made], 3, null, 'rotate'],
      ['is rotated by its first use', [], 0, 'A', 'rotate'],
      ['is rotated in the millisecond of the last rotation', [by(null)], 1, null, 'rotate'],
    ],
  ],
  [
    'the current key, with rotateAfterMs',
    { rotateAfterMs: minuteMs },
    [
      ['is kept before', [wait(minuteMs), by('A'), wait(minuteMs - 1)], 1, 'B', 'keep'],
      ['is rotated after', [wait(minuteMs), by('A'), wait(minuteMs)], 1, 'B', 'rotate'],
      ['is kept after a sign-in', [signIn, wait(minuteMs - 1)], signedIn, null, 'keep'],
      ['leaves a retry a retry', [wait(minuteMs), by('A')], 0, 'A', 'repeat'],
      ['is rotated if the store has lost it', [signIn, lose(1)], signedIn, 'B', 'rotate'],
    ],
  ],
  [
    'the key before, with attempt ids',
    {},
    [
      ['and the attempt that spent it, is a retry', [made], 2, 'C', 'repeat'],
      ['is a retry however late', [made, wait(23 * 60 * minuteMs)], 2, 'C', 'repeat'],
      ['is a retry however often', [made, present(2, 'C'), present(2, 'C')], 2, 'C', 'repeat'],
      ['and another attempt, is reuse', [made], 2, 'X', 'reuse'],
      ['and the attempt before, is reuse', [made], 2, 'B', 'reuse'],
      ['without an attempt, is reuse', [made], 2, null, 'reuse'],
      ['with an attempt, of one without, is reuse', [by(null)], 0, 'A', 'reuse'],
    ],
  ],
  [
    'the key before, without attempt ids',
    {},
    [
      ['is honoured within grace', [by(null), wait(graceMs - 1)], 0, null, 'repeat'],
      ['is reuse after grace', [by(null), wait(graceMs)], 0, null, 'reuse'],
      [
        'has no more grace for being used',
        [by(null), wait(9000), present(0, null), wait(1000)],
        0,
        null,
        'reuse',
      ],
      ['has grace by the last rotation only', [by(null), by('B')], 1, null, 'reuse'],
    ],
  ],
  [
    'the key before, with no grace',
    { graceMs: 0 },
    [
      ['is reuse', [by(null)], 0, null, 'reuse'],
      ['is reuse for a server whose clock is behind', [by(null), wait(-5)], 0, null, 'reuse'],
      ['is a retry with its attempt', [by('A'), wait(minuteMs)], 0, 'A', 'repeat'],
    ],
  ],
  [
    'an earlier key',
    {},
    [
      ['and the attempt that spent it, is a late duplicate', [made], 1, 'B', 'refuse'],
      [
        'is a late duplicate for eight generations, however late',
        [ten, wait(minuteMs), by('E')],
        2,
        '3',
        'refuse',
      ],
      ['is reuse after nine', [ten, wait(minuteMs), by('E')], 1, '2', 'reuse'],
      ['is a late duplicate for a minute', [ten, wait(minuteMs - 1), by('E')], 0, '1', 'refuse'],
      [
        'is a late duplicate after its successor was long the current one',
        [by('A'), wait(minuteMs), ten],
        0,
        'A',
        'refuse',
      ],
      ['is a late duplicate after 128 of that minute', [by(...ids(130))], 1, '2', 'refuse'],
      [
        'is a late duplicate whoever came without attempt ids',
        [by('A', ...Array(10).fill(null)), wait(minuteMs), by(null)],
        0,
        'A',
        'refuse',
      ],
      ['is reuse after 129 of them', [by(...ids(130))], 0, '1', 'reuse'],
      ['and another attempt, is reuse', [made], 1, 'X', 'reuse'],
      ['and the attempt of another generation, is reuse', [made], 0, 'B', 'reuse'],
      ['without an attempt, is reuse', [made], 1, null, 'reuse'],
      ['without attempt ids, is reuse within grace', [by(null, null)], 0, null, 'reuse'],
    ],
  ],
  [
    'after the store lost its last writes, a key',
    {},
    [
      ['ahead is gone on from', [made, lose(2)], 3, 'D', 'rotate'],
      ['far ahead is gone on from', [made, lose(2)], 2 ** 40, 'D', 'rotate'],
      ['ahead is gone on from, without attempt ids', [made, lose(2)], 3, null, 'rotate'],
      ['and the attempt that went on, is a retry', [lostTwo], 3, 'D', 'repeat'],
      ['gone on from by another is reuse', [lostTwo], 3, 'X', 'reuse'],
      ['below is refused', [lostTwo], 2, 'X', 'refuse'],
      ['far below is refused', [lostOne], 0, 'X', 'refuse'],
      ['below is reuse without an attempt', [lostTwo], 2, null, 'reuse'],
      [
        'below is reuse without an attempt, for clients that have none',
        [by(null, null), lose(1), present(2, null)],
        1,
        null,
        'reuse',
      ],
      [
        'gone on from without attempt ids is honoured within grace',
        [by(null, null), lose(1), present(2, null)],
        2,
        null,
        'repeat',
      ],
      ['that was current then is refused', [lostTwo], 1, 'B', 'refuse'],
      ['below is refused for five minutes', [lostTwo, wait(recoveryMs - 1)], 2, 'X', 'refuse'],
      ['below is reuse then', [lostTwo, wait(recoveryMs)], 2, 'X', 'reuse'],
      ['below is refused ten rotations later', [lostTwo, ten], 2, 'X', 'refuse'],
      ['from before is a late duplicate', [lostOne, wait(recoveryMs)], 1, 'B', 'refuse'],
      ['lost, and made again, is a retry', [made, lose(1), present(2, 'C')], 2, 'C', 'repeat'],
      ['ahead of a second loss is gone on from', [lostTwo, by('E'), lose(1)], 5, 'F', 'rotate'],
    ],
  ],
  [
    'after a sign-in, a key from before',
    {},
    [
      ['is refused', [made, signIn], 3, 'X', 'refuse'],
      ['is refused without attempt ids', [by(null), signIn], 1, null, 'refuse'],
      ['is refused if it was spent', [made, signIn], 1, 'X', 'refuse'],
      ['is refused for a minute', [made, signIn, wait(minuteMs - 1)], 3, 'X', 'refuse'],
      [
        'is refused for a minute without attempt ids',
        [by(null), signIn, wait(minuteMs - 1)],
        1,
        null,
        'refuse',
      ],
      ['is refused whoever came meanwhile', [made, signIn, ten, wait(minuteMs - 1)], 3, 'X', 'refuse'],
      ['is reuse after a minute', [made, signIn, wait(minuteMs)], 3, 'X', 'reuse'],
      ['is a late duplicate after a minute', [made, signIn, wait(minuteMs)], 2, 'C', 'refuse'],
      ['is a late duplicate eight attempts back', [ten, signIn, wait(minuteMs), by('E')], 3, '4', 'refuse'],
      ['is no predecessor of the new one', [by(null), signIn], signedIn - 1, null, 'refuse'],
      ['is refused if the store lost it', [lostOne, signIn, wait(minuteMs)], 2, 'X', 'refuse'],
      ['is reuse if the store lost others', [lostOne, signIn, wait(minuteMs)], 4, 'X', 'reuse'],
      [
        'is refused if the store lost all since',
        [made, signIn, by('D'), lose(1), present(signedIn + 1, 'E')],
        3,
        null,
        'refuse',
      ],
      [
        'is refused if the store lost the last sign-in',
        [made, signIn, lose(1), wait(1), signIn],
        signedIn,
        'X',
        'refuse',
      ],
    ],
  ],
  [
    'after a sign-in, the new key',
    {},
    [
      ['is rotated', [made, signIn], signedIn, 'D', 'rotate'],
      ['and the attempt that spent it, is a retry', [made, signIn, by('D')], signedIn, 'D', 'repeat'],
      ['and another attempt, is reuse', [made, signIn, by('D')], signedIn, 'X', 'reuse'],
    ],
  ],
  [
    'after a sign-in, a key that the store lost, or of the last sign-in,',
    {},
    [
      ['is refused', [ten, lose(10), signIn], 10, 'X', 'refuse'],
      [
        'is refused if the store lost that sign-in',
        [signIn, by('A'), lose(2), wait(2), signIn],
        signedIn + 1,
        'B',
        'refuse',
      ],
      ['is refused in the same millisecond', [signIn, signIn], signedIn, 'A', 'refuse'],
      [
        'is refused though the clock was put back',
        [signIn, wait(-minuteMs), signIn],
        signedIn,
        'A',
        'refuse',
      ],
    ],
  ],
  [
    'after a sign-in with no grace, a key from before',
    { graceMs: 0 },
    [
      ['is refused', [made, signIn], 3, 'X', 'refuse'],
      [
        'is refused for a minute without attempt ids',
        [by(null), signIn, wait(minuteMs - 1)],
        1,
        null,
        'refuse',
      ],
      ['is no predecessor of the new one', [by(null), signIn], signedIn - 1, null, 'refuse'],
    ],
  ],
]
