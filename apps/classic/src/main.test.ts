import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startProcess } from '@sojourn/demo/journey'
import { launchChromium } from '@sojourn/testbed'
import { variants } from './variants.fixture.ts'
import { Visitor } from './visitor.fixture.ts'

const main = new URL('main.ts', import.meta.url)
const [alice, bob] = [
  { name: 'alice', email: 'alice@example.com' },
  { name: 'bob', email: 'bob@example.com' },
]
const signInRequired = { status: 401, body: { error: 'sign_in_required' } }

const folder = await mkdtemp(join(tmpdir(), 'demo-classic-'))
process.env.DATA_FOLDER = folder
const browser = await launchChromium()
after(async () => {
  await browser.close()
  await rm(folder, { recursive: true })
})

for (const [name, differences] of Object.entries(variants)) {
  describe(`a visitor of the classic application on ${name}`, () => {
    const start = () => {
      process.env.SESSIONS = name
      return startProcess(main)
    }
    let demo: Awaited<ReturnType<typeof start>>
    const arrive = () => Visitor.arrive(browser, demo.url)
    before(async () => {
      demo = await start()
    })
    after(() => demo?.close())

    test('adds a message, reads it, signs in, sees the dashboard, signs out, and is refused', async () => {
      await using visitor = await arrive()
      assert.equal(await visitor.readMessage(), null)
      await visitor.addMessage('tea at four')
      assert.equal(await visitor.readMessage(), 'tea at four')
      assert.deepEqual(await visitor.visit('/dashboard'), { path: '/login', status: 200 })

      assert.equal(await visitor.signIn('alice', 'wonderland'), 302)
      assert.equal(visitor.path, '/dashboard')
      assert.equal(await visitor.page.getByText(alice.email).count(), 1)
      assert.equal(await visitor.readMessage(), 'tea at four')

      for (const path of ['/', '/session-test-read', '/dashboard', '/nothing']) {
        await visitor.visit(path)
        assert.deepEqual(await visitor.menu(), ['Message', 'Dashboard', 'Sign out'], path)
      }
      await visitor.visit('/')
      assert.equal(await visitor.page.getByText('You are signed in as alice').count(), 1)

      await visitor.visit('/dashboard')
      await visitor.page.getByRole('link', { name: 'Sign out' }).click()
      await visitor.page.getByRole('heading', { name: 'The classic tutorial application' }).waitFor()
      assert.equal(visitor.path, '/')
      assert.deepEqual(await visitor.menu(), ['Message', 'Dashboard', 'Sign in'])
      assert.equal((await visitor.visit('/dashboard')).path, '/login')
      assert.equal(await visitor.readMessage(), null)
    })

    test('is greeted, and sees the users between signing in and out by script', async () => {
      await using visitor = await arrive()
      await visitor.visit('/')
      assert.deepEqual((await visitor.fetch('/greet')).body, { hello: 'stranger', greetings: 1 })
      assert.deepEqual((await visitor.fetch('/greet')).body, { hello: 'stranger', greetings: 2 })
      assert.deepEqual(await visitor.fetch('/api/users'), signInRequired)

      const credentials = { name: 'bob', password: 'builder' }
      assert.deepEqual(await visitor.fetch('/api/login', credentials), { status: 200, body: bob })
      assert.deepEqual(await visitor.fetch('/api/users'), { status: 200, body: [alice, bob] })
      assert.deepEqual((await visitor.fetch('/greet')).body, { hello: 'bob', greetings: 3 })

      assert.equal((await visitor.fetch('/api/logout', {})).status, 200)
      assert.deepEqual(await visitor.fetch('/api/users'), signInRequired)
      assert.deepEqual((await visitor.fetch('/greet')).body, { hello: 'stranger', greetings: 1 })
    })

    test('is told "invalid login" for a wrong password, and is not signed in', async () => {
      await using visitor = await arrive()
      assert.equal(await visitor.signIn('alice', 'builder'), 401)
      assert.equal(await visitor.page.getByRole('alert').textContent(), 'invalid login')
      const refused = { status: 401, body: { error: 'invalid_login' } }
      assert.deepEqual(await visitor.fetch('/api/login', { name: 'alice', password: 'builder' }), refused)
      assert.deepEqual(await visitor.fetch('/api/login', { name: 'mallory' }), refused)
      assert.equal((await visitor.visit('/dashboard')).path, '/login')
    })

    test('sees a message with a script as text, which does not run', async () => {
      await using visitor = await arrive()
      const message = '<script>document.title = "run"</script><b>bold</b>'
      await visitor.addMessage(message)
      assert.equal(await visitor.page.locator('blockquote').textContent(), message)
      assert.equal(await visitor.readMessage(), message)
      assert.equal(await visitor.page.locator('blockquote *').count(), 0)
      assert.match(await visitor.page.title(), /^Message/)
    })

    test('is sent a page for an address that is not there', async () => {
      await using visitor = await arrive()
      assert.equal((await visitor.visit('/nothing')).status, 404)
      assert.equal(await visitor.page.getByText('There is nothing at this address.').count(), 1)
    })

    test(`signs out, and a copy of the cookie leads to ${differences.copyAfterSignOut}`, async () => {
      await using visitor = await arrive()
      await visitor.signIn('alice', 'wonderland')
      await using thief = await arrive()
      await thief.copyCookies(visitor)
      assert.equal((await thief.visit('/dashboard')).path, '/dashboard')
      await visitor.visit('/logout')
      assert.equal((await visitor.visit('/dashboard')).path, '/login')
      assert.equal((await thief.visit('/dashboard')).path, differences.copyAfterSignOut)
    })

    test(`signs in with a planted cookie, which leads its planter to ${differences.plantedCookie}`, async () => {
      await using attacker = await arrive()
      await attacker.visit('/greet')
      await using visitor = await arrive()
      await visitor.copyCookies(attacker)
      await visitor.signIn('alice', 'wonderland')
      assert.equal(visitor.path, '/dashboard')
      assert.equal((await attacker.visit('/dashboard')).path, differences.plantedCookie)
    })

    for (const [index, length] of [4000, 8000].entries()) {
      const fate = differences.longMessages[index]
      test(`adds a message of ${length} characters, which is ${fate}`, async () => {
        await using visitor = await arrive()
        await visitor.addMessage('short')
        const long = 'long'.repeat(length / 4)
        assert.equal(await visitor.addMessage(long), fate === 'refused' ? 413 : 200)
        const shown = fate === 'refused' ? 'That is more than a session can hold.' : long
        assert.equal(await visitor.page.getByText(shown, { exact: true }).count(), 1)
        assert.equal(await visitor.readMessage(), fate === 'kept' ? long : 'short')
      })
    }

    test(`is answered ${differences.foreignForm} when another site sends the sign-in form`, async () => {
      await using visitor = await arrive()
      const fields = '<input name="name" value="bob"><input name="password" value="builder">'
      const form = `<form method="post" action="${demo.url}/login">${fields}<button>Win a prize</button></form>`
      await visitor.page.route('http://localhost:1/', route =>
        route.fulfill({ contentType: 'text/html', body: form }),
      )
      await visitor.page.goto('http://localhost:1/')
      assert.equal(await visitor.press('Win a prize'), differences.foreignForm)
      const isSignedIn = differences.foreignForm === 302
      assert.equal((await visitor.visit('/dashboard')).path, isSignedIn ? '/dashboard' : '/login')
      assert.equal(await visitor.page.getByText(bob.email).count(), isSignedIn ? 1 : 0)
    })

    test(`finds ${differences.afterRestart} when the server was restarted`, async () => {
      await using visitor = await arrive()
      await visitor.signIn('alice', 'wonderland')
      await demo.close()
      demo = await start()
      assert.equal((await visitor.visit(`${demo.url}/dashboard`)).path, differences.afterRestart)
    })
  })
}
