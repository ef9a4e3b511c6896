import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { launchChromium } from './chromium.ts'

test('a real browser opens a page and runs its script', async () => {
  await using server = createServer((_req, res) => {
    res.setHeader('Content-Type', 'text/html')
    res.end('<title>Served</title><script>document.title += " and run"</script>')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  await using browser = await launchChromium()
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  assert.equal(await page.title(), 'Served and run')
})
