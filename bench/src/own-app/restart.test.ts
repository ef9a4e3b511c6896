import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { only, runBench, spawnBench, startPlanted, ways } from './run.fixture.ts'

describe('a restart', { concurrency: 3 }, () => {
  test('sessions lost at a restart are counted, each', async () => {
    await using app = await startPlanted({ isDurable: true, lost: 13 }) // of which the first is that of the check
    const ran = await runBench([...ways(app), ...only('restart'), '--restart', app.restart])
    assert.equal(ran.code, 0, ran.err + ran.out)
    const [row] = ran.results?.restart ?? []
    assert.deepEqual([row?.clients, row?.stillSignedIn, row?.wrongUser], [40, 28, 0])
    assert.match(ran.out, /70 % survive a restart: 28 of 40 still signed in/)
  })

  test("another user's page after a restart is counted as wrong, and not as signed in", async () => {
    await using app = await startPlanted({ isDurable: true })
    const swap = `sed -i 's/"user7"/"user70"/; s/"user8"/"user9"/' '${app.folder}/sessions'; `
    const ran = await runBench([...ways(app), ...only('restart'), '--restart', swap + app.restart])
    const [row] = ran.results?.restart ?? []
    assert.deepEqual([row?.stillSignedIn, row?.wrongUser], [38, 2], ran.err + ran.out)
    assert.match(ran.out.replace(/\s+/g, ' '), /2 WERE SHOWN THE PAGE OF ANOTHER USER/)
  })

  test('a restart that is none, or that fails, is no measurement', async () => {
    await using app = await startPlanted({})
    const restarted = async (command: string) => {
      const ran = await runBench([...ways(app), ...only('restart'), '--patience', '1', '--restart', command])
      assert.deepEqual([ran.code, ran.results?.restart], [1, []])
      return `${ran.results?.notRun[0]?.reason}`
    }
    assert.match(
      await restarted('echo no such service; exit 3'),
      /ended with 3, and .* never away.*no such service/,
    )
    assert.match(
      await restarted(`kill -STOP ${await app.pid()}; echo frozen`),
      /did not answer again within 1 s.*frozen/,
    )
  })

  test('Ctrl-C does not end what --restart began: it may be the application', async () => {
    await using app = await startPlanted({})
    const [begun, done] = [join(app.folder, 'begun'), join(app.folder, 'done')]
    const command = `touch '${begun}'; sleep 3; touch '${done}'`
    const child = spawnBench([...ways(app), ...only('restart'), '--restart', command])
    const ended = once(child, 'exit')
    await untilThere(begun)
    process.kill(-Number(child.pid), 'SIGINT') // all of its group, as a terminal does
    assert.deepEqual(await ended, [130, null])
    await untilThere(done)
  })

  test('an application that was never seen to be away is told so, and not that sessions survive', async () => {
    await using app = await startPlanted({})
    const ran = await runBench([...ways(app), ...only('restart'), '--restart', 'true'])
    assert.deepEqual([ran.code, ran.results?.restart[0]?.awayMs], [0, 0], ran.err + ran.out)
    const [answer] = ran.out.split('Who is still signed in')
    assert.match(
      `${answer}`.replace(/\s+/g, ' '),
      /It was never seen to be away: whether it was restarted is not known; 40 of 40 still signed in\./,
    )
    assert.doesNotMatch(ran.out, /survive a restart/)
  })

  test('an application that has been asked too often is not away', async () => {
    await using app = await startPlanted({ strangers: 20 })
    const ran = await runBench([...ways(app), ...only('restart'), '--patience', '1', '--restart', 'true'])
    assert.deepEqual([ran.code, ran.results?.restart[0]?.awayMs], [0, 0], ran.err + ran.out)
  })

  test('a server that knows no page yet is still away, and signs nobody out', async () => {
    await using app = await startPlanted({ isDurable: true, bootsForMs: 500 })
    const ran = await runBench([...ways(app), ...only('restart'), '--restart', app.restart])
    const [row] = ran.results?.restart ?? []
    assert.deepEqual([ran.code, row?.stillSignedIn], [0, 40], ran.err + ran.out)
    assert.ok(Number(row?.awayMs) > 500)
  })

  test('the command finds the Node.js of the machine, and not that of the checkout', async () => {
    await using app = await startPlanted({})
    const file = join(app.folder, 'path')
    const ran = await runBench([...ways(app), ...only('restart'), '--restart', `echo "$PATH" >'${file}'`])
    assert.equal(ran.code, 0, ran.err + ran.out)
    const path = (await readFile(file, 'utf8')).trim()
    assert.match(path, /\/bin\b/)
    assert.doesNotMatch(path, /node_modules/)
  })
})

async function untilThere(file: string): Promise<void> {
  const end = Date.now() + 30_000
  while (!existsSync(file)) {
    if (Date.now() > end) throw new Error(`There is no ${file}`)
    await setTimeout(10)
  }
}
