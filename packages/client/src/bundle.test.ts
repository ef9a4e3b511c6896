import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

test('the client, bundled, minified and compressed, stays below 5 KB', async t => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'index.ts')],
    ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser' },
  })
  const [file] = outputFiles
  assert.ok(file)
  const bytes = gzipSync(file.contents, { level: 9 }).length
  t.diagnostic(`${file.contents.length} bytes, ${bytes} compressed`)
  assert.ok(bytes < 5 * 1024, `${bytes} bytes`)
})
