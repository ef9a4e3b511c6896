import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { script } from '../run.fixture.ts'
import { complete } from './complete.fixture.ts'
import { publish, repository } from './publish.ts'
import { documents } from './regions.ts'

test('a build fails with the reason, and passes once that is mended', async () => {
  const root = await mkdtemp(join(tmpdir(), 'sojourn-check-'))
  try {
    for (const path of ['bench/results/any.json', ...Object.keys(documents)])
      await mkdir(dirname(join(root, path)), { recursive: true })
    for (const path of Object.keys(documents)) await cp(join(repository, path), join(root, path))
    const check = () =>
      spawnSync(process.execPath, ['--conditions=source', script('./publish/check-main.ts'), root], {
        encoding: 'utf8',
      })
    await publish(complete, { isAnyway: true, root })
    const good = check()
    assert.equal(good.status, 0, good.stderr)
    const readme = join(root, 'README.md')
    const text = await readFile(readme, 'utf8')
    await writeFile(readme, text.replace('5.4 µs a page view', '0.4 µs a page view'))
    const bad = check()
    assert.equal(bad.status, 1)
    assert.match(
      bad.stderr,
      /README\.md, region in-short: .*npm run bench -- --publish bench\/results\/planted/s,
    )
  } finally {
    await rm(root, { recursive: true })
  }
})
