import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { parseOptions } from '../options.ts'
import type { Restart, Results } from '../results.ts'
import { runBriefly } from '../run.fixture.ts'

const outcomeOf = ({ contender, stillSignedIn, wrongUser, reuses }: Restart) => [
  contender,
  stillSignedIn,
  wrongUser,
  reuses,
]

describe('a run of the benchmark through Resgate', () => {
  let results: Results
  let printed: string
  before(async () => {
    const only = 'resgate-memory,resgate-redis,resgate-example'
    ;({ results, printed } = await runBriefly('--only', only, '--scenario', 'resgate,service-killed'))
  })

  test('measures each contender, and relates it to the one without sessions', () => {
    const measured = results.resgate.map(({ contender, act }) => `${contender} ${act}`)
    const names = ['resgate-none', 'resgate-memory', 'resgate-redis', 'resgate-example']
    assert.deepEqual(
      measured,
      names.flatMap(name => [`${name} relogin`, `${name} login`]),
    )
    assert.deepEqual([results.throughput, results.sockets], [[], []])
    for (const row of results.resgate) {
      const { perSecond, cpuMicros, p50Ms, p99Ms } = row
      assert.ok(
        [perSecond.min, cpuMicros.min, p50Ms].every(figure => figure > 0),
        JSON.stringify(row),
      )
      assert.ok(p99Ms >= p50Ms)
      if (row.contender === 'resgate-none') assert.deepEqual(row.ratioToNone, { median: 1, min: 1, max: 1 })
    }
  })

  test('counts what is said on NATS, and to the store where there is a way to it', () => {
    const relogins = results.resgate.filter(({ act }) => act === 'relogin')
    // Request, token, change and answer; the example takes the token of the connection before away as well.
    assert.deepEqual(
      relogins.map(({ messages }) => messages),
      [4, 4, 4, 5],
    )
    assert.deepEqual(
      relogins.map(({ storeRoundTrips }) => storeRoundTrips !== null && storeRoundTrips > 1),
      [false, false, true, false],
    )
  })

  test('says who is back once the service was killed, and through which gateway', () => {
    assert.deepEqual(results.restart.map(outcomeOf), [
      ['resgate-memory', 0, 0, 0],
      ['resgate-redis', 40, 0, 0],
      ['resgate-example', 0, 0, 0],
    ])
    for (const { note } of results.restart) assert.match(note, /^through a (real Resgate|peer )/)
  })

  test('answers in short, in tables of 100 columns', () => {
    assert.match(printed, /In short.*\n +resgate-memory +\d+ µs a relogin; .*service killed: all are out\n/)
    assert.match(printed, /service killed: 100 % are back in \d+\.\d s\n/)
    assert.match(printed, /\n +resgate-redis +100 % \d\.\d s\n/)
    for (const line of printed.split('\n')) assert.ok(line.length <= 100 || line.includes('/'), line)
  })
})

test('a gateway that is killed signs nobody out of ours; of the example, whoever loses an answer', async () => {
  const only = 'resgate-redis,resgate-example'
  const { results } = await runBriefly('--only', only, '--scenario', 'gateway-killed')
  const [ours, example] = results.restart as [Restart, Restart]
  assert.deepEqual(outcomeOf(ours), ['resgate-redis', 40, 0, 0])
  assert.deepEqual([example.contender, example.wrongUser], ['resgate-example', 0])
  assert.ok(example.firstSuccessMs && example.firstSuccessMs >= 1000, JSON.stringify(example))
})

test('who comes through Resgate is asked for as any other, beside none of its own kind', () => {
  const asked = (only: string) => {
    const { contenders, socketContenders, resgateContenders } = parseOptions(['--only', only])
    return [contenders, socketContenders, resgateContenders]
  }
  assert.deepEqual(asked('resgate-sqlite'), [[], [], ['resgate-none', 'resgate-sqlite']])
  assert.deepEqual(asked('redis'), [['none', 'redis'], [], []])
  const pages = (...args: string[]) => parseOptions(args).clients
  assert.deepEqual([pages(), pages('--full'), pages('--full', '--clients', '30')], [200, 1000, 30])
})
