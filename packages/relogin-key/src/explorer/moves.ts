import type { Scenario } from './scenario.ts'
import { endOf, isDead, type Request, rotationsTo, type Tab, type World } from './world.ts'

/** Something that makes the server answer. Messages are named by their place in the order of sending. */
export type Act =
  | { readonly by: 'request'; readonly message: number }
  | { readonly by: 'thief'; readonly key: number; readonly attempt: 'copied' | 'own' | 'none' }
  | { readonly by: 'reissue' }
  | { readonly by: 'sign in' }
  | { readonly by: 'sign out' }
  | { readonly by: 'insist' }

export type Move =
  | { readonly do: 'present'; readonly tab: Tab; readonly torn: boolean }
  | {
      readonly do: 'serve'
      readonly act: Act
      readonly crash: 'before' | 'after' | null
      readonly within: Act | null
      readonly at: 1 | 2
    }
  | { readonly do: 'hear'; readonly message: number }
  | { readonly do: 'lose' | 'reload' | 'repeat'; readonly message: number }
  | { readonly do: 'wait'; readonly ms: number | 'end' }
  | { readonly do: 'roll back' }
  | { readonly do: 'steal' }

/** Less than grace, and more. */
const waits = [4000, 11_000, 61_000, 'end'] as const

/** How long a store that loses its last write is away, in milliseconds. */
export const failoverMs = 1000

/** All that can happen next. To a session that has ended: only that somebody presents a key. */
export function listMoves(world: World, scenario: Scenario): Move[] {
  if (isDead(world)) return listServerMoves(world, scenario)
  return [
    ...listClientMoves(world, scenario),
    ...listNetworkMoves(world, scenario),
    ...listServerMoves(world, scenario),
    ...listOtherMoves(world, scenario),
  ]
}

function listClientMoves(world: World, { client: kind, limits }: Scenario): Move[] {
  const { item, client, messages, record } = world
  if (item === null || client !== 'in' || messages.length >= limits.messages) return []
  if (record !== null && rotationsTo(item.key, world) >= limits.rotations) return []
  const waiting = messages.map(({ tab }) => tab)
  if (kind.lock && waiting.some(tab => tab !== null)) return []
  const idle = ([0, 1] as const).filter(tab => !waiting.includes(tab))
  const isTorn = ({ tab, key, attempt }: Request) =>
    tab !== null && key === item.key && attempt !== null && attempt === item.attempt
  const canTear = kind.torn && messages.some(message => message.kind === 'request' && isTorn(message))
  return idle
    .slice(0, 1)
    .flatMap((tab): Move[] => [
      { do: 'present', tab, torn: false },
      ...(canTear ? [{ do: 'present', tab, torn: true } as const] : []),
    ])
}

function listNetworkMoves({ messages, used }: World, { limits }: Scenario): Move[] {
  const canRepeat = used.repeats < limits.repeats && messages.length < limits.messages
  return messages.flatMap((message, index): Move[] => {
    if (message.kind === 'answer') {
      return [
        { do: 'hear', message: index },
        { do: 'lose', message: index },
      ]
    }
    return [
      ...(message.tab === null
        ? []
        : ([
            { do: 'lose', message: index },
            { do: 'reload', message: index },
          ] as const)),
      ...(canRepeat ? [{ do: 'repeat', message: index } as const] : []),
    ]
  })
}

function listServerMoves(world: World, scenario: Scenario): Move[] {
  const requests = world.messages.flatMap((message, index): Act[] =>
    message.kind === 'request' ? [{ by: 'request', message: index }] : [],
  )
  const thefts = listThiefActs(world, scenario)
  const own = isDead(world) ? [] : listOwnActs(world, scenario)
  const serve = (act: Act): Move => ({ do: 'serve', act, crash: null, within: null, at: 1 })
  const plain = [...requests, ...thefts, ...own].map(serve)
  if (isDead(world)) return plain
  const crashing = requests.flatMap((act): Move[] => [
    { do: 'serve', act, crash: 'before', within: null, at: 1 },
    { do: 'serve', act, crash: 'after', within: null, at: 1 },
  ])
  const within = [...requests, ...thefts].flatMap(act =>
    [...requests, ...thefts, ...own]
      .filter(other => other !== act && !(isThief(act) && isThief(other)))
      .flatMap((other): Move[] => [
        { do: 'serve', act, crash: null, within: other, at: 1 },
        { do: 'serve', act, crash: null, within: other, at: 2 },
      ]),
  )
  return [...plain, ...crashing, ...within]
}

const isThief = ({ by }: Act) => by === 'thief' || by === 'reissue'

function listThiefActs(world: World, { limits }: Scenario): Act[] {
  const { thief, record } = world
  if (thief === null) return []
  const isOn = thief.best > 0 && thief.best === record?.generation
  const canReissue = limits.reissues > 0 && isOn && !thief.hasReissued
  const presents = thief.keys.flatMap((key, index): Act[] => {
    // The first is the one that was copied; of the others only the newest two are worth a try.
    if (rotationsTo(key, world) >= limits.rotations || (index > 0 && index < thief.keys.length - 2)) return []
    const canCopy = key === thief.copied.key && thief.copied.attempt !== null
    return [
      { by: 'thief', key: index, attempt: 'own' },
      { by: 'thief', key: index, attempt: 'none' },
      ...(canCopy ? [{ by: 'thief', key: index, attempt: 'copied' } as const] : []),
    ]
  })
  return canReissue ? [...presents, { by: 'reissue' }] : presents
}

function listOwnActs(world: World, { limits }: Scenario): Act[] {
  const { client, used, item } = world
  if (client === 'told') return [{ by: 'insist' }]
  if (client === 'out' || item === null) return []
  return [
    ...(used.signIns < limits.signIns ? [{ by: 'sign in' } as const] : []),
    ...(limits.signOuts > 0 ? [{ by: 'sign out' } as const] : []),
  ]
}

function listOtherMoves(world: World, { limits }: Scenario): Move[] {
  const { record, past, item, client, thief, used, now } = world
  const moves: Move[] = []
  const leftMs = record === null ? 0 : endOf(record) - now
  if (used.waits < limits.waits) {
    for (const ms of waits) if (ms === 'end' || ms < leftMs) moves.push({ do: 'wait', ms })
  }
  const canRollBack = past !== null && failoverMs < leftMs && failoverMs < endOf(past) - now
  if (canRollBack && used.rollbacks < limits.rollbacks) moves.push({ do: 'roll back' })
  if (item !== null && client === 'in' && thief === null && limits.thefts > 0) moves.push({ do: 'steal' })
  return moves
}
