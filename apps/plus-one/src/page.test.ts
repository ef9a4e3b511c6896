import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { launchChromium } from '@sojourn/testbed'
import { openPlusOne } from './plus-one.fixture.ts'
import { Demo } from './process.fixture.ts'
import { Person } from './tab.fixture.ts'

const browser = await launchChromium()
after(() => browser.close())

test('windows of a browser count together, and survive a server that is killed and comes back', async () => {
  await using demo = await Demo.start()
  await using person = await Person.arrive(browser, demo.url)
  const [a, b] = [await person.openTab(), await person.openTab()]
  await a.press('Add one')
  await b.shows('count', '1')
  await b.press('Add one')
  await a.shows('count', '2')
  await a.shows('windows', '2')
  const id = await a.text('session-id')
  await b.shows('session-id', id)
  const previous = await a.text('previous-visit')

  await demo.end('SIGKILL')
  await a.shows('connection', 'Connecting…')
  await demo.start()
  for (const tab of [a, b]) await tab.shows('connection', 'Connected')
  await a.shows('windows', '2')
  await b.press('Add one')
  await a.shows('count', '3')
  await a.shows('session-id', id)
  assert.equal((await a.text('previous-visit')).slice(0, 21), previous.slice(0, 21)) // to come back is no visit
  assert.doesNotMatch(demo.output, /two hands/)
})

test('a private window is somebody else; a reload, and a browser that was closed, are not', async () => {
  await using demo = await openPlusOne()
  await using person = await Person.arrive(browser, demo.url)
  await using other = await Person.arrive(browser, demo.url)
  const tab = await person.openTab()
  await tab.press('Add one')
  await tab.shows('count', '1')
  const id = await tab.text('session-id')
  const stranger = await other.openTab()
  await stranger.shows('count', '0')
  assert.notEqual(await stranger.text('session-id'), id)

  assert.equal(await tab.text('previous-visit'), 'None: this is your first')
  assert.match(await tab.text('from-client'), /Chrome/)
  await tab.page.reload()
  await tab.shows('count', '1')
  assert.match(await tab.text('previous-visit'), /^\d+ \w+ \d{4}/)
  for (let times = 0; times < 10; times++) await tab.page.goto('/', { waitUntil: 'commit' })
  await tab.shows('session-id', id)
  await tab.page.close()
  const later = await person.openTab()
  await later.shows('session-id', id)
  await later.shows('count', '1')
})

test('two windows that a new visitor opens at once end up in one session', async () => {
  const begun: (() => void)[] = []
  await using demo = await openPlusOne({
    through: strategy => ({
      ...strategy,
      async save(record, options) {
        // Both begin a session before either has heard of the other.
        if (record.version === 0 && begun.length < 2) {
          await new Promise<void>(go => begun.push(go) === 2 && begun.forEach(go => void go()))
        }
        return strategy.save(record, options)
      },
    }),
  })
  await using person = await Person.arrive(browser, demo.url)
  const tabs = await Promise.all([person.openTab(), person.openTab()])
  for (const tab of tabs) await tab.shows('windows', '2')
  assert.equal(begun.length, 2)
  await tabs[0].press('Add one')
  for (const tab of tabs) await tab.shows('count', '1')
  assert.equal(await tabs[0].text('session-id'), await tabs[1].text('session-id'))
})

test('two identities side by side: switched without signing in, and each window stays who it is', async () => {
  await using demo = await openPlusOne()
  await using person = await Person.arrive(browser, demo.url)
  const tab = await person.openTab()
  await tab.press('Add one')
  await tab.shows('count', '1')
  const home = await tab.text('session-id')

  await tab.switchTo('At work')
  await tab.shows('count', '0')
  const work = await tab.text('session-id')
  assert.notEqual(work, home)
  await tab.press('Add one')
  await tab.press('Add one')
  await tab.shows('count', '2')
  await tab.page.reload()
  await tab.shows('session-id', work)

  await (await person.openTab()).shows('session-id', home)
  await tab.switchTo('At home')
  await tab.shows('session-id', home)
  assert.deepEqual(await tab.page.locator('.identity-count').allInnerTexts(), ['1', '2'])
})

test('the page fits a phone, in the dark as well, and allows no script but its own', async () => {
  await using demo = await openPlusOne()
  for (const colorScheme of ['light', 'dark'] as const) {
    await using person = await Person.arrive(browser, demo.url, undefined, {
      viewport: { width: 360, height: 640 },
      colorScheme,
    })
    const tab = await person.openTab()
    await tab.shows('count', '0')
    assert.equal(await tab.page.evaluate('document.documentElement.scrollWidth'), 360)
    const run = `document.head.append(Object.assign(document.createElement('script'), { text: 'window.ran = true' })); window.ran`
    assert.equal(await tab.page.evaluate(run), undefined)
    assert.match(tab.complaints.join(), /Content Security Policy/)
    tab.complaints.length = 0
  }
})
