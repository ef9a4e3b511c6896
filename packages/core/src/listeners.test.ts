import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { createListeners } from './listeners.ts'

test('two listeners are two, even when they are one function', () => {
  const listeners = createListeners()
  const told: string[] = []
  const listener = (id: string) => void told.push(id)
  const stop = listeners.add(listener)
  listeners.add(listener)
  stop()
  stop()
  listeners.tell('a')
  assert.deepEqual(told, ['a'])
})

test('a listener that throws is reported, and the others are told', async t => {
  const listeners = createListeners()
  const told: string[] = []
  listeners.add(() => {
    throw new Error('of the listener')
  })
  listeners.add(id => void told.push(id))
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  t.after(() => {
    for (const other of others) process.on('uncaughtException', other)
  })
  const reported = once(process, 'uncaughtException')
  listeners.tell('a')
  assert.deepEqual(told, ['a'])
  assert.match(String(await reported), /of the listener/)
})
