import assert from 'node:assert/strict'
import { eventually } from '../eventually.ts'
import type { Laws } from '../law.ts'
import type { StoreTrial } from '../store.ts'

export const removalLaws: Laws<StoreTrial> = {
  async 'removes a record and no other'({ store, record }) {
    const [removed, kept] = [record(), record()]
    await store.write(removed)
    await store.write(kept)
    await store.remove(removed.id)
    assert.equal(await store.read(removed.id), null)
    assert.equal((await store.read(kept.id))?.id, kept.id)
  },

  async 'removes what is not there without an error'({ store, record }) {
    const removed = record()
    await store.write(removed)
    await store.remove(removed.id)
    await assert.doesNotReject(store.remove(removed.id))
    await assert.doesNotReject(store.remove('unknown'))
    await assert.doesNotReject(store.remove('__proto__'))
  },

  async 'tells each listener once of each record that was removed'(trial) {
    const told = listen(trial)
    const alsoTold = listen(trial)
    const removed = [await write(trial), await write(trial)]
    await write(trial)
    for (const id of removed) await trial.store.remove(id)
    removed.push(await removeLast(trial, told))
    assert.deepEqual(told.ids, removed)
    await eventually(() => alsoTold.ids.length >= 3, 'the second listener was told')
    assert.deepEqual(alsoTold.ids, removed)
  },

  async 'does not tell of what was not there'(trial) {
    const told = listen(trial)
    const removed = await write(trial)
    await trial.store.remove('unknown')
    await trial.store.remove(removed)
    await trial.store.remove(removed)
    assert.deepEqual(told.ids, [removed, await removeLast(trial, told)])
  },

  async 'does not tell of what was only written'(trial) {
    const told = listen(trial)
    const { store, record } = trial
    const first = record({ userId: 'alice' })
    await store.write(first)
    await store.write({ ...first, version: 2, userId: 'bob' })
    await store.write(first)
    assert.deepEqual(told.ids, [await removeLast(trial, told)])
  },

  async 'stops telling a listener, and only that one'(trial) {
    const stopped = listen(trial)
    const told = listen(trial)
    const first = await removeLast(trial, stopped)
    stopped.stop()
    stopped.stop()
    const second = await removeLast(trial, told)
    assert.deepEqual(stopped.ids, [first])
    assert.deepEqual(told.ids, [first, second])
  },
}

interface Told {
  readonly ids: string[]
  readonly stop: () => void
}

function listen({ store }: StoreTrial): Told {
  const ids: string[] = []
  return { ids, stop: store.onRemoved(id => void ids.push(id)) }
}

async function write({ store, record }: StoreTrial): Promise<string> {
  const written = record({ userId: 'alice' })
  assert.equal(await store.write(written), true)
  return written.id
}

/** Removes one more record and waits until it is told of: all that was to be told before has been told then. */
async function removeLast(trial: StoreTrial, { ids }: Told): Promise<string> {
  const id = await write(trial)
  await trial.store.remove(id)
  await eventually(() => ids.includes(id), 'a removal was told')
  return id
}
