import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { eventually, launchChromium } from '@sojourn/testbed'
import { explain } from './page/words.ts'
import { Clock, dayMs, openPlusOne } from './plus-one.fixture.ts'
import { Person } from './tab.fixture.ts'

const browser = await launchChromium()
after(() => browser.close())

test('"Forget me" forgets all windows', async () => {
  await using demo = await openPlusOne()
  await using person = await Person.arrive(browser, demo.url)
  const [a, b] = [await person.openTab(), await person.openTab()]
  await a.press('Add one')
  await b.shows('count', '1')
  const before = await a.text('session-id')
  await a.press('Forget me')
  await a.shows('count', '0')
  const after = await a.text('session-id')
  assert.notEqual(after, before)
  await b.shows('session-id', after)
  await b.press('Add one')
  await a.shows('count', '1')
  assert.equal(await demo.directory.find(before), null)
})

test('a copied key ends the session for both, and both pages say why', async () => {
  await using demo = await openPlusOne()
  await using owner = await Person.arrive(browser, demo.url)
  const tab = await owner.openTab()
  await tab.press('Add one')
  await tab.shows('count', '1')
  await using thief = await Person.arrive(browser, demo.url, await owner.storage())
  const stolen = await thief.openTab()
  await stolen.shows('count', '1')
  await tab.page.reload()
  for (const { page } of [tab, stolen])
    await page.getByRole('heading', { name: 'Your key was in two hands' }).waitFor()
  await stolen.shows('count', '–')
})

test('who was away for too long is told so, and begins anew only when asked to', async () => {
  const clock = new Clock(Date.now() - 31 * dayMs)
  await using demo = await openPlusOne({ now: clock.now })
  await using person = await Person.arrive(browser, demo.url)
  const tab = await person.openTab()
  await tab.press('Add one')
  await tab.shows('count', '1')
  const id = await tab.text('session-id')
  await tab.page.goto('about:blank')
  clock.time = Date.now()
  await tab.page.goto('/')
  await tab.page.getByRole('heading', { name: 'You stayed away for too long' }).waitFor()
  const { writes } = demo
  await tab.shows('connection', 'No session')
  assert.equal(await tab.page.getByRole('button', { name: 'Add one' }).isDisabled(), true)
  assert.equal(demo.writes, writes)
  await tab.press('Start again')
  await tab.shows('count', '0')
  assert.notEqual(await tab.text('session-id'), id)
  await tab.page.getByRole('alert').waitFor({ state: 'hidden' })
})

test('a session that the server ends is told as such at once, and only that one', async () => {
  await using demo = await openPlusOne()
  await using person = await Person.arrive(browser, demo.url)
  const tab = await person.openTab()
  const other = await person.openTab()
  await other.switchTo('At work')
  await other.shows('windows', '1')
  await tab.shows('windows', '1')
  await demo.revoker.revoke(await tab.text('session-id'))
  await tab.page.getByRole('heading', { name: 'The server does not know you' }).waitFor()
  await other.press('Add one')
  await other.shows('count', '1')
})

test('a server whose store is down says so, and the page comes to its session once it is back', async t => {
  t.mock.method(console, 'error', () => {})
  let isDown = true
  await using demo = await openPlusOne({
    through: strategy => ({
      ...strategy,
      async save(record, options) {
        if (isDown) throw new Error('the store is away')
        return strategy.save(record, options)
      },
    }),
  })
  await using person = await Person.arrive(browser, demo.url)
  const opening = person.openTab()
  await eventually(async () => (await person.tabs[0]?.text('failure')) === explain({}))
  isDown = false
  const tab = await opening
  await tab.press('Add one')
  await tab.shows('count', '1')
  await tab.shows('failure', '')
})
