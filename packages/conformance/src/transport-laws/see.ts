import assert from 'node:assert/strict'
import { eventually } from '../eventually.ts'
import type { Gate } from '../gate.ts'
import type { Action, View } from '../perform.ts'
import type { Answer, Visitor } from '../transport.ts'

/** What the visitor sees after the actions, or without any. */
export async function see(visitor: Visitor, ...actions: Action[]): Promise<View> {
  const answer = await visitor.do(...actions)
  assert.ok(answer.ok, `answered with an error: ${JSON.stringify(answer)}`)
  return answer.view
}

/** The code of the error that the actions are answered with. */
export async function fail(visitor: Visitor, ...actions: Action[]): Promise<string> {
  const answer = await visitor.do(...actions)
  assert.ok(!answer.ok, 'answered as if nothing were wrong')
  return answer.code
}

/** Opens the gate once all who come have come to it, or were turned away before; their answers. */
export async function meet(gate: Gate, coming: readonly Promise<Answer>[]): Promise<Answer[]> {
  let turnedAway = 0
  const answers = coming.map(answer => answer.finally(() => turnedAway++))
  await eventually(() => gate.waiting + turnedAway === coming.length, 'all at the gate')
  gate.open()
  return Promise.all(answers)
}

export async function assertAnonymous(visitor: Visitor): Promise<void> {
  assert.deepEqual(await see(visitor), { userId: null, data: {} })
}

export const put = (key: string, value: unknown): Action => ({ do: 'put', key, value })
export const signIn = (userId: string): Action => ({ do: 'sign-in', userId })
export const signOut: Action = { do: 'sign-out' }
export const signOutEverywhere: Action = { do: 'sign-out', everywhere: true }
export const regenerate: Action = { do: 'regenerate' }
export const wait: Action = { do: 'wait' }
