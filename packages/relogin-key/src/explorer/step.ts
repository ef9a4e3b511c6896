import { judge } from './judge.ts'
import { type Act, failoverMs, type Move } from './moves.ts'
import type { Invariant, Scenario } from './scenario.ts'
import type { Ask, Call, Given, Served } from './server.ts'
import { endOf, isDead, type Message, type Tab, type Thief, type World } from './world.ts'

export interface Stepped {
  readonly world: World
  readonly violation: Invariant | null
  /** What the server gave, where the step made it answer. */
  readonly given?: Given
  readonly givenWithin?: Given
}

export type Serve = (world: World, call: Call) => Promise<Served> | Served

/** What a move makes of a world; null if it turns out that it cannot be made. */
export function step(
  world: World,
  move: Move,
  scenario: Scenario,
  serve: Serve,
): Stepped | null | Promise<Stepped | null> {
  if (move.do === 'serve') return stepServer(world, move, scenario, serve)
  if (move.do === 'hear') return hear(world, move.message, scenario)
  return { world: stepPlainly(world, move, scenario), violation: null }
}

type ServeMove = Extract<Move, { readonly do: 'serve' }>
type PlainMove = Exclude<Move, ServeMove | { readonly do: 'hear' }>

function stepPlainly(world: World, move: PlainMove, scenario: Scenario): World {
  const { messages, used, now } = world
  switch (move.do) {
    case 'present':
      return present(world, move.tab, move.torn, scenario)
    case 'lose':
      return { ...world, messages: messages.toSpliced(move.message, 1) }
    case 'reload':
      return { ...world, messages: messages.with(move.message, unawaited(messages[move.message])) }
    case 'repeat': {
      const copy = unawaited(messages[move.message])
      return { ...world, messages: [...messages, copy], used: { ...used, repeats: used.repeats + 1 } }
    }
    case 'wait': {
      const later = move.ms === 'end' && world.record !== null ? endOf(world.record) : now + Number(move.ms)
      return pass({ ...world, used: { ...used, waits: used.waits + 1 } }, later, scenario)
    }
    case 'roll back': {
      const thief = world.thief && { ...world.thief, rollbacks: world.thief.rollbacks + 1 }
      const left = { ...world, record: world.past, past: null, thief }
      const rolledBack = { ...left, used: { ...used, rollbacks: used.rollbacks + 1 } }
      return pass(rolledBack, now + failoverMs, scenario)
    }
    case 'steal': {
      const copied = world.item ?? { key: 0, attempt: null }
      const nothing = { hasActed: false, hasReissued: false, rollbacks: 0, best: 0, honestBest: 0 }
      return { ...world, thief: { copied, keys: [copied.key], ...nothing } }
    }
  }
}

/** What is too late by then is not delivered any more. */
function pass(world: World, later: number, { limits }: Scenario): World {
  const isLate = (message: Message) => message.kind === 'request' && later - message.sentAt > limits.delayMs
  return { ...world, now: later, messages: world.messages.filter(message => !isLate(message)) }
}

function unawaited(message: Message | undefined): Message {
  if (message?.kind !== 'request') throw new Error('Only requests are sent twice, or left behind.')
  return { ...message, tab: null }
}

function present(world: World, tab: Tab, torn: boolean, { client }: Scenario): World {
  const { item, now, messages } = world
  if (item === null) throw new Error('There is no key to present.')
  const { key } = item
  const attempt = client.attempts ? (torn ? `h${key}b` : (item.attempt ?? `h${key}`)) : null
  const request: Message = { kind: 'request', tab, key, attempt, sentAt: now }
  return { ...world, item: { key, attempt }, messages: [...messages, request] }
}

function hear(world: World, index: number, { client: kind }: Scenario): Stepped {
  const { messages, item, thief, client } = world
  const message = messages[index]
  if (message?.kind !== 'answer') throw new Error('There is no answer to hear.')
  const rest = { ...world, messages: messages.toSpliced(index, 1) }
  // An answer to a key that is no longer the one stored says nothing.
  if (item?.key !== message.key || client !== 'in') return { world: rest, violation: null }
  if (message.answer !== null) {
    return { world: { ...rest, item: { key: message.answer, attempt: null } }, violation: null }
  }
  const isExcused = isDead(world) || thief?.hasActed
  const told: World = kind.insists ? { ...rest, client: 'told' } : { ...rest, client: 'out', item: null }
  return { world: told, violation: isExcused ? null : 'honest-logout' }
}

function stepServer(before: World, move: ServeMove, scenario: Scenario, serve: Serve) {
  const { act, crash, within, at } = move
  const call = { ask: askOf(before, act), crash, within: within && askOf(before, within), at }
  const served = serve(before, call)
  return served instanceof Promise
    ? served.then(served => follow(before, move, call, served, scenario))
    : follow(before, move, call, served, scenario)
}

function follow(
  before: World,
  { act, within }: ServeMove,
  { ask, within: askWithin }: Call,
  served: Served,
  scenario: Scenario,
): Stepped | null {
  if (!served.hasHappened) return null
  const { record, past, given, givenWithin } = served
  const acts: [Act, Ask, Given][] = [[act, ask, given]]
  if (within !== null && askWithin !== null) acts.unshift([within, askWithin, givenWithin])

  let world: World = { ...before, record, past }
  for (const [act, , given] of acts) world = settle(world, act, given)
  const gone = acts.flatMap(([act]) => (act.by === 'request' ? [act.message] : []))
  const left = world.messages.filter((_, index) => !gone.includes(index))
  const answers = acts.flatMap(([act, , given]) => answerTo(before, act, given))
  world = { ...world, messages: [...left, ...answers] }

  const hasEnded = !isDead(before) && world.ended === null && (record === null || world.now >= endOf(record))
  if (hasEnded) world = { ...world, ended: 'reuse' }
  const violation = judge({ before, world, acts, hasEnded }, scenario)
  return { world, violation, given, givenWithin }
}

function askOf({ messages, item, thief }: World, act: Act): Ask {
  if (act.by === 'request') {
    const message = messages[act.message]
    if (message?.kind !== 'request') throw new Error('There is no such request.')
    return { do: 'resume', key: message.key, attempt: message.attempt }
  }
  if (act.by === 'insist') return { do: 'resume', key: item?.key ?? 0, attempt: null }
  if (act.by === 'reissue') return { do: 'sign in' }
  if (act.by !== 'thief') return { do: act.by }
  const key = thief?.keys[act.key] ?? 0
  const attempts = { copied: thief?.copied.attempt ?? null, own: `t${key}`, none: null }
  return { do: 'resume', key, attempt: attempts[act.attempt] }
}

function answerTo({ messages }: World, act: Act, given: Given): Message[] {
  const message = act.by === 'request' ? messages[act.message] : undefined
  if (message?.kind !== 'request' || message.tab === null || given === 'crash') return []
  return [{ kind: 'answer', tab: message.tab, key: message.key, answer: given }]
}

/** What the server's answer means to those who asked. */
function settle(world: World, act: Act, given: Given): World {
  const { thief, used } = world
  const generation = typeof given === 'number' ? given : 0
  if (act.by === 'thief' || act.by === 'reissue') {
    if (thief === null) return world
    const keys = generation > 0 ? insert(thief.keys, generation) : thief.keys
    const best = Math.max(thief.best, generation)
    const hasReissued = thief.hasReissued || act.by === 'reissue'
    const signedIn =
      act.by === 'reissue' && generation > 0 ? insert(world.signedIn, generation) : world.signedIn
    return { ...world, thief: { ...thief, keys, best, hasActed: true, hasReissued }, signedIn }
  }
  const seen: Thief | null = thief && { ...thief, honestBest: Math.max(thief.honestBest, generation) }
  if (act.by === 'request') return { ...world, thief: seen }
  if (act.by === 'sign in') {
    const after = { ...world, thief: seen, used: { ...used, signIns: used.signIns + 1 } }
    if (generation === 0) return after
    const signedIn = insert(world.signedIn, generation)
    return { ...after, item: { key: generation, attempt: null }, signedIn }
  }
  const isOut = { client: 'out', item: null } as const
  return act.by === 'insist' ? { ...world, ...isOut } : { ...world, ...isOut, ended: 'sign-out' }
}

const insert = (keys: readonly number[], key: number) => [...new Set([...keys, key])].sort((a, b) => a - b)
