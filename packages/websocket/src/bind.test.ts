import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import type { Site, SiteOptions } from './site.fixture.ts'
import { openSite, secret } from './site.fixture.ts'

const createStrategy: NonNullable<SiteOptions['createStrategy']> = options =>
  createReloginKeyStrategy({ ...options, keys: [secret], bind: true })

const openBound = () => openSite({ createStrategy, bind: { cookie: 'device' } })

const open = (site: Site, cookie: string, credential: string | null = null) =>
  site.client({ credential, headers: { cookie } })

suite('a key that is bound to a cookie', () => {
  test('is good with it, and worthless with another', async () => {
    await using site = await openBound()
    const ada = open(site, 'device=ada')
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const thief = open(site, 'device=mallory', ada.credential)
    assert.equal((await thief.present()).refused, 'unknown')
    const again = open(site, 'device=ada', ada.credential)
    assert.equal((await again.present()).userId, 'ada')
    assert.deepEqual(site.errors, [])
  })

  test('is found to be good though another host of the domain set a cookie of that name', async () => {
    await using site = await openBound()
    const ada = open(site, 'device=ada')
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const again = open(site, 'device=planted; device=ada', ada.credential)
    assert.equal((await again.present()).userId, 'ada')
    await again.ask('sign-in', 'ada')
    const last = open(site, 'device=ada', again.credential)
    assert.equal((await last.present()).userId, 'ada', 'the new key is bound to the cookie that was good')
  })

  test('is looked for with five cookies, and no more', async () => {
    await using site = await openBound()
    const ada = open(site, 'device=ada')
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const planted = Array.from({ length: 5 }, (_, at) => `device=planted${at}`)
    const hidden = open(site, [...planted, 'device=ada'].join('; '), ada.credential)
    assert.equal((await hidden.present()).refused, 'unknown')
    const fifth = open(site, [...planted.slice(1), 'device=ada'].join('; '), ada.credential)
    assert.equal((await fifth.present()).userId, 'ada')
  })

  test('is made for the first, where none is known', async () => {
    await using site = await openBound()
    const ada = open(site, 'device=first; device=second')
    await ada.present()
    await ada.ask('sign-in', 'ada')
    const again = open(site, 'device=first', ada.credential)
    assert.equal((await again.present()).userId, 'ada')
  })

  test('is not made without the cookie: that is refused, and the client’s fault', async () => {
    await using site = await openBound()
    const ada = site.client()
    await ada.present()
    await assert.rejects(ada.ask('sign-in', 'ada'), { code: 'binding_missing' })
    await assert.rejects(ada.ask('put', 'note', 'milk'), { code: 'binding_missing' })
    assert.equal(await ada.ask('who'), null)
    assert.deepEqual(site.errors, [])
  })
})
