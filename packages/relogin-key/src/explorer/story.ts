import type { Act } from './moves.ts'
import type { Told } from './replay.ts'
import { invariants } from './scenario.ts'
import type { Given } from './server.ts'
import type { Message, World } from './world.ts'

/** A history in plain words, a line a step. */
export function tell(told: readonly Told[]): string {
  const lines = told.map(step => tellStep(step))
  const violation = told.at(-1)?.stepped.violation
  if (violation) lines.push(`=> ${violation}: ${invariants[violation]}`)
  return lines.map((line, index) => `${String(index + 1).padStart(3)}  ${line}`).join('\n')
}

function tellStep({ before, move, stepped }: Told): string {
  const { world } = stepped
  switch (move.do) {
    case 'present':
      return tellPresent(before, world, move)
    case 'hear':
      return tellHear(before, world, before.messages[move.message])
    case 'lose':
      return `${nameMessage(before.messages[move.message])} is lost`
    case 'reload':
      return `${nameTab(before.messages[move.message])} is reloaded; its request stays under way`
    case 'repeat':
      return `the network duplicates ${nameMessage(before.messages[move.message])}`
    case 'wait':
      return move.ms === 'end' ? 'time passes until the session expires' : `${move.ms / 1000} s pass`
    case 'roll back':
      return `the store loses its last write: it is at key ${world.record?.generation} again`
    case 'steal': {
      const { key, attempt } = world.thief?.copied ?? {}
      return `a thief copies localStorage: key ${key}${attempt ? ` and attempt id ${attempt}` : ''}`
    }
    case 'serve':
      return tellServe({ before, move, stepped })
  }
}

function tellServe({ before, move, stepped }: Told): string {
  if (move.do !== 'serve') return ''
  const { act, within, crash, at } = move
  const ends = !before.ended && stepped.world.ended === 'reuse' ? ', and ends the session' : ''
  if (crash !== null) {
    return `${nameAct(before, act)} · the server dies ${crash === 'before' ? 'before its write' : 'after its write'}${ends}`
  }
  if (within === null) return `${nameAct(before, act)}${nameGiven(act, stepped.given)}${ends}`
  const nth = at === 1 ? 'before the server writes' : 'before its second write'
  const inner = `${nameAct(before, within)}${nameGiven(within, stepped.givenWithin)}`
  return `${nameAct(before, act)} · ${nth}, ${inner} · the first one${nameGiven(act, stepped.given)}${ends}`
}

function nameAct(before: World, act: Act): string {
  switch (act.by) {
    case 'request':
      return `${nameMessage(before.messages[act.message])} arrives`
    case 'thief': {
      const key = before.thief?.keys[act.key]
      const id = { copied: 'the copied attempt id', own: 'an attempt id of his own', none: 'no attempt id' }
      return `the thief presents key ${key} with ${id[act.attempt]}`
    }
    case 'reissue':
      return 'the thief has the application reissue the key'
    case 'sign in':
      return 'the user signs in again'
    case 'sign out':
      return 'the user signs out'
    case 'insist':
      return `the client presents key ${before.item?.key} once more, without an attempt id`
  }
}

function nameGiven(act: Act, given: Given | undefined): string {
  if (act.by === 'sign out') return ''
  return given === null ? ' · the server gives nothing' : ` · the server gives key ${given}`
}

function tellPresent(before: World, { item }: World, { tab, torn }: { tab: number; torn: boolean }): string {
  const who = `tab ${tab + 1}`
  const presents = `presents key ${item?.key}`
  if (item?.attempt === null) return `${who} ${presents}`
  if (torn)
    return `${who}, which has not seen what the other wrote, ${presents} with attempt id ${item?.attempt}`
  return before.item?.attempt === item?.attempt
    ? `${who} ${presents} again, with the same attempt id ${item?.attempt}`
    : `${who} writes down attempt id ${item?.attempt} and ${presents}`
}

function tellHear(before: World, world: World, message: Message | undefined): string {
  if (message?.kind !== 'answer') return ''
  const heard = message.answer === null ? 'is given nothing' : `is given key ${message.answer}`
  const who = `${nameTab(message)} ${heard} for key ${message.key}`
  if (before.item?.key !== message.key) return `${who}, which is no longer the stored one: it goes on`
  return world.client === 'in' ? `${who} and stores it` : `${who}, the stored one: the user is out`
}

const nameTab = (message: Message | undefined) => `tab ${(message?.tab ?? 0) + 1}`

function nameMessage(message: Message | undefined): string {
  if (message?.kind === 'answer') return `the answer to ${nameTab(message)}`
  const key =
    message && `${message.key}${message.attempt === null ? '' : ` and attempt id ${message.attempt}`}`
  return message?.tab === null
    ? `a stray request with key ${key}`
    : `the request of ${nameTab(message)} with key ${key}`
}
