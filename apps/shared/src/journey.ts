import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Browser, launchChromium } from '@sojourn/testbed'
import type { Served } from './serve.ts'
import { Visitor } from './visitor.ts'

export { startProcess } from './start-process.ts'

const firefoxOnWindows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'

export interface JourneyOptions {
  /** Whether the demo's strategy has one; default true. */
  readonly revoker?: boolean
  /** Whether the demo's strategy has one; default true. */
  readonly directory?: boolean
  /** Whether what `start` starts next honours the sessions of what it started before; default false. */
  readonly durable?: boolean
  /** Whether what `start` starts beside it does, too; default false. */
  readonly shared?: boolean
}

/** Tests a demo as its visitors use it, with a real browser. `start` starts it on a free port. */
export function journey(name: string, start: () => Promise<Served>, options: JourneyOptions = {}): void {
  const { revoker = true, directory = true, durable = false, shared = false } = options
  let demo: Served
  let browser: Browser
  const arrive = (userAgent?: string) => Visitor.arrive(browser, demo.url, userAgent)

  describe(`a visitor of the demo of ${name}`, () => {
    before(async () => {
      demo = await start()
      browser = await launchChromium()
    })

    after(async () => {
      await browser?.close()
      await demo?.close()
    })

    test('reads the home page, and is given no cookie', async () => {
      await using visitor = await arrive()
      await visitor.page.goto('/')
      await visitor.page.getByRole('heading', { name: 'What it promises' }).waitFor()
      assert.equal(await visitor.cookie(), null)
    })

    test('is sent from a guarded page to sign in, and back', async () => {
      await using visitor = await arrive()
      await visitor.page.goto('/dashboard?from=mail')
      assert.equal(visitor.path, '/login?next=%2Fdashboard%3Ffrom%3Dmail')
      await visitor.submit('alice', 'wonderland')
      assert.equal(visitor.path, '/dashboard?from=mail')
    })

    for (const [what, name, password] of [
      ['a wrong password', 'alice', 'builder'],
      ['an unknown name', 'mallory', 'wonderland'],
    ] as const) {
      test(`is told "invalid login" for ${what}, and is not signed in`, async () => {
        await using visitor = await arrive()
        await visitor.page.goto('/login')
        assert.equal(await visitor.submit(name, password), 401)
        assert.equal(await visitor.page.getByRole('alert').textContent(), 'invalid login')
        assert.equal(await visitor.page.getByLabel('Name').inputValue(), name)
        assert.equal((await visitor.me()).status, 401)
        assert.equal(await visitor.cookie(), null)
      })
    }

    test('signs in, and sees name and email', async () => {
      await using visitor = await arrive()
      await visitor.signIn('bob')
      assert.equal(visitor.path, '/dashboard')
      assert.equal(await visitor.page.getByRole('heading', { level: 1 }).textContent(), 'bob')
      assert.equal(await visitor.page.getByText('bob@example.com').count(), 1)
    })

    test('is known to a script of the page once signed in', async () => {
      await using visitor = await arrive()
      await visitor.page.goto('/')
      assert.deepEqual(await visitor.me(), { status: 401, body: { error: 'sign_in_required' } })
      await visitor.signIn('alice')
      const alice = { id: 'user-1', name: 'alice', email: 'alice@example.com' }
      assert.deepEqual(await visitor.me(), { status: 200, body: alice })
    })

    test('counts, and finds the count after a reload', async () => {
      await using visitor = await arrive()
      await visitor.signIn('alice')
      await visitor.press('Add one')
      await visitor.press('Add one')
      await visitor.page.reload()
      assert.equal(await visitor.page.getByRole('status').textContent(), '2')
    })

    test('sees how large the credential is, and the time that is left run down', async () => {
      await using visitor = await arrive()
      await visitor.page.clock.install()
      await visitor.signIn('alice')
      const { value } = (await visitor.cookie()) ?? assert.fail('no cookie')
      assert.match(await visitor.fact('Credential'), new RegExp(`^${value.length} bytes`))

      await visitor.page.clock.pauseAt(Date.now() + 60_000)
      const idle = secondsIn(await visitor.fact('Idle expiry'))
      const absolute = secondsIn(await visitor.fact('Absolute expiry'))
      assert.ok(idle > 0 && idle < absolute, `${idle} s, ${absolute} s`)
      await visitor.page.clock.runFor(5000)
      assert.equal(secondsIn(await visitor.fact('Idle expiry')), idle - 5)
      assert.equal(secondsIn(await visitor.fact('Absolute expiry')), absolute - 5)
    })

    test('holds a cookie that no script can read', async () => {
      await using visitor = await arrive()
      await visitor.signIn('alice')
      const { httpOnly, sameSite } = (await visitor.cookie()) ?? assert.fail('no cookie')
      assert.deepEqual({ httpOnly, sameSite }, { httpOnly: true, sameSite: 'Lax' })
      assert.equal(await visitor.page.evaluate('document.cookie'), '')
    })

    test('keeps the theme by signing in, but not the credential', async () => {
      await using visitor = await arrive()
      await visitor.page.goto('/')
      await visitor.press('Dark')
      const before = (await visitor.cookie()) ?? assert.fail('no cookie')
      await visitor.signIn('alice')
      assert.equal(await visitor.page.locator('html').getAttribute('data-theme'), 'dark')
      assert.notEqual((await visitor.cookie())?.value, before.value)

      await using attacker = await arrive()
      await attacker.steal(before)
      await attacker.page.goto('/')
      assert.equal((await attacker.me()).status, 401)
      // Without a revoker the old credential still opens the anonymous session that it was for.
      const theme = await attacker.page.locator('html').getAttribute('data-theme')
      assert.equal(theme, revoker ? null : 'dark')
    })

    test('cannot be signed out, or in as another, by another site', async () => {
      await using visitor = await arrive()
      assert.equal(await visitor.lure('http://localhost:1/', `${demo.url}/login`, passwordOfBob), 403)
      assert.equal(await visitor.page.getByRole('heading').textContent(), 'Refused')
      assert.equal((await visitor.me()).status, 401)

      await visitor.signIn('alice')
      assert.equal(await visitor.lure('http://localhost:1/', `${demo.url}/logout`), 403)
      // Another port is another origin, but the same site: SameSite does not keep the cookie back.
      assert.equal(await visitor.lure('http://127.0.0.1:1/', `${demo.url}/logout`), 403)
      assert.equal((await visitor.me()).status, 200)
    })

    test('signs out, and the back button shows no dashboard', async () => {
      await using visitor = await arrive()
      await visitor.signIn('alice')
      await visitor.press('Sign out')
      assert.equal(await visitor.page.getByRole('status').textContent(), 'You are signed out.')
      assert.equal(await visitor.cookie(), null)
      await visitor.page.goBack()
      assert.equal(visitor.path, '/login?next=%2Fdashboard')
      assert.equal(await visitor.page.getByText('alice@example.com').count(), 0)
    })

    test(
      revoker
        ? 'signs out, and a copy of the credential is worthless'
        : 'signs out, but a copy of the credential stays good',
      async () => {
        await using visitor = await arrive()
        await visitor.signIn('alice')
        await using thief = await arrive()
        await thief.steal((await visitor.cookie()) ?? assert.fail('no cookie'))
        await visitor.press('Sign out')
        await thief.page.goto('/')
        assert.equal((await thief.me()).status, revoker ? 401 : 200)
      },
    )

    if (revoker) {
      test('signs out everywhere', async () => {
        await using laptop = await arrive()
        await using phone = await arrive()
        await laptop.signIn('alice')
        await phone.signIn('alice')
        await laptop.press('Sign out everywhere')
        assert.equal((await laptop.me()).status, 401)
        await phone.press('Add one')
        assert.equal(phone.path, '/login')
      })
    } else {
      test('is told that other sessions cannot be ended', async () => {
        await using visitor = await arrive()
        await visitor.signIn('alice')
        assert.equal(await visitor.page.getByText('cannot end other sessions').count(), 1)
        assert.equal(await visitor.page.getByRole('button', { name: 'Sign out everywhere' }).count(), 0)
        assert.equal((await visitor.page.request.post('/logout-everywhere')).status(), 404)
      })
    }

    if (directory) {
      test('sees the devices that are signed in', async () => {
        await using laptop = await arrive(firefoxOnWindows)
        await using other = await arrive()
        await laptop.signIn('bob')
        await other.signIn('bob')
        const [first, ...others] = await other.devices()
        assert.match(first ?? '', /This device$/)
        assert.ok(others.includes('Firefox on Windows'), `only ${others}`)
      })
    } else {
      test('is told that devices cannot be listed', async () => {
        await using visitor = await arrive()
        await visitor.signIn('alice')
        assert.equal(await visitor.page.getByText('cannot list your other sessions').count(), 1)
        assert.deepEqual(await visitor.devices(), [])
      })
    }

    if (revoker && directory) {
      test('ends one device from another', async () => {
        await using laptop = await arrive(firefoxOnWindows)
        await using phone = await arrive()
        await laptop.signIn('alice')
        await phone.signIn('alice')
        await phone.press('End Firefox on Windows')
        assert.ok(!(await phone.devices()).includes('Firefox on Windows'))
        await laptop.press('Add one')
        assert.equal(laptop.path, '/login')
        assert.equal((await phone.me()).status, 200)
      })

      test('cannot end the session of another user', async () => {
        await using alice = await arrive()
        await using bob = await arrive()
        await alice.signIn('alice')
        await bob.signIn('bob')
        const id = await bob.page.locator('dd code').first().textContent()
        assert.equal((await alice.page.request.post(`/devices/${id}/end`)).status(), 404)
        assert.equal((await bob.me()).status, 200)
      })
    }

    if (shared) {
      test('is known to a second server, and signed out there, too', async () => {
        await using visitor = await arrive()
        await visitor.signIn('alice')
        await visitor.press('Add one')
        const second = await start()
        try {
          await visitor.page.goto(`${second.url}/dashboard`)
          assert.equal(await visitor.page.getByRole('status').textContent(), '1')
          await visitor.press('Sign out')
          await visitor.page.goto('/dashboard')
          assert.equal(visitor.path, '/login?next=%2Fdashboard')
        } finally {
          await second.close()
        }
      })
    }

    if (durable) {
      test('stays signed in when the server is restarted', async () => {
        await using visitor = await arrive()
        await visitor.signIn('alice')
        await visitor.press('Add one')
        await demo.close()
        demo = await start()
        await visitor.page.goto(`${demo.url}/dashboard`)
        assert.equal(visitor.path, '/dashboard')
        assert.equal(await visitor.page.getByRole('status').textContent(), '1')
        await visitor.press('Add one')
        assert.equal(await visitor.page.getByRole('status').textContent(), '2')
      })
    }
  })
}

const passwordOfBob = { name: 'bob', password: 'builder' }

/** In `in 23:59:58`. */
function secondsIn(text: string): number {
  const [, hours, minutes, seconds] = /^in (\d+):(\d\d):(\d\d)/.exec(text) ?? assert.fail(text)
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}
