import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createReloginKeyStrategy as create } from '../index.ts'
import { replay } from './replay.ts'
import { boundaries, counterExamples, longHistories, protocol } from './scenarios.ts'
import { search } from './search.ts'
import { shrink } from './shrink.ts'
import { tell } from './story.ts'
import { walk } from './walk.ts'

const maxStates = 100_000

describe('every short history', () => {
  for (const scenario of protocol) {
    it(`${scenario.name}: nobody honest is out, no thief stays`, async () => {
      const { found, isComplete } = await search(scenario, { create, maxStates })
      for (const { moves } of found) assert.fail(`\n${tell(await replay(scenario, create, moves))}`)
      assert.ok(isComplete)
    })
  }
})

describe('what the explorer finds', () => {
  for (const scenario of [...counterExamples, ...boundaries]) {
    const [until] = scenario.finds
    it(`${scenario.name}: ${until}`, async () => {
      const { found } = await search(scenario, { create, maxStates, ...(until && { until }) })
      const shortest = found.find(({ invariant }) => invariant === until)
      assert.ok(shortest)
      const told = await replay(scenario, create, shortest.moves)
      assert.equal(told.length, shortest.moves.length)
      assert.equal(told.at(-1)?.stepped.violation, until)
    })
  }
})

describe('long histories at random', () => {
  for (const scenario of longHistories) {
    it(`${scenario.name}: nobody honest is out, no thief stays`, async () => {
      const { found } = await walk(scenario, { create, seed: 1, steps: 20_000 })
      for (const violation of found) {
        const moves = await shrink(scenario, create, violation)
        assert.fail(`\n${tell(await replay(scenario, create, moves))}`)
      }
    })
  }

  it('the same seed takes the same steps', async () => {
    const scenario = longHistories[0]
    assert.ok(scenario)
    const once = await walk(scenario, { create, seed: 7, steps: 2000 })
    assert.deepEqual(await walk(scenario, { create, seed: 7, steps: 2000 }), once)
    assert.notDeepEqual(await walk(scenario, { create, seed: 8, steps: 2000 }), once)
  })

  it('a long counter-example is shrunk, and told as a story', async () => {
    const scenario = counterExamples.find(({ name }) => name === 'plain grace and a thief')
    assert.ok(scenario)
    const limits = { ...scenario.limits, messages: 4, repeats: 100, waits: 100, rotations: 100 }
    const long = { ...scenario, limits }
    const { found } = await walk(long, { create, seed: 1, steps: 20_000 })
    const violation = found.find(({ invariant }) => invariant === 'both-go-on')
    assert.ok(violation)
    const moves = await shrink(long, create, violation)
    assert.ok(moves.length < violation.moves.length)
    assert.deepEqual(
      tell(await replay(long, create, moves))
        .split(/\n? +\d+ {2}/)
        .slice(1),
      [
        'tab 1 presents key 0',
        'a thief copies localStorage: key 0',
        'the request of tab 1 with key 0 arrives · the server gives key 1',
        'the thief presents key 0 with no attempt id · the server gives key 1',
        'the thief presents key 1 with no attempt id · the server gives key 2',
        'tab 1 is given key 1 for key 0 and stores it',
        'tab 1 presents key 1',
        'the request of tab 1 with key 1 arrives · the server gives key 2',
        '=> both-go-on: the honest client and the thief both go on with one session',
      ],
    )
  })
})
