import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createProfile, openSite, type Profile, signedIn } from './site.fixture.ts'

/** All that is stored. */
function steal(profile: Profile): Profile {
  const copy = createProfile()
  copy.storage.write(`${copy.name}:default`, JSON.stringify(profile.item()))
  return copy
}

suite('a thief who copied what is stored', () => {
  test('and presents it first, is out together with the owner, who is told why', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const owner = await signedIn(site.open(profile))
    const thief = site.open(steal(profile))
    await thief.is('active', 'alice')
    let asked: Promise<unknown> | undefined
    owner.wire.onSend = ([kind]) => {
      if (kind === 'present') asked ??= assert.rejects(owner.client.ask('who'), { code: 'session_ended' })
      return false
    }
    assert.deepEqual(await owner.client.renew(), { name: 'ended', why: 'reuse' })
    assert.ok(asked)
    await asked // It was not asked as somebody else.
    await thief.is('ended', 'reuse')
    assert.equal(profile.item(), null)
    assert.equal(site.reused.length, 1)
    assert.equal(await owner.client.ask('who'), null)
    assert.equal(await thief.client.ask('who'), null)
  })

  test('and presents it when the owner is away, is found when the owner comes back', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const owner = await signedIn(site.open(profile))
    owner.client.close()
    const thief = site.open(steal(profile))
    await thief.is('active', 'alice')
    const again = site.open(profile)
    let asked: Promise<unknown> | undefined
    again.wire.onSend = ([kind]) => {
      if (kind === 'present') asked ??= assert.rejects(again.client.ask('who'), { code: 'session_ended' })
      return false
    }
    await again.is('ended', 'reuse')
    await asked
    await thief.is('ended', 'reuse')
    assert.ok(again.wire.received.some(([, , session]) => session?.refused === 'reuse'))
  })

  test('with the attempt id of a presentation that was broken off, is found as well', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const owner = await signedIn(site.open(profile))
    owner.wire.onSend = ([kind]) => {
      if (kind === 'present') owner.client.close()
      return kind === 'present'
    }
    await owner.client.renew().catch(() => {})
    assert.ok(profile.item()?.attempt)
    const thief = site.open(steal(profile))
    await thief.is('active', 'alice')
    await thief.client.renew()
    const again = site.open(profile)
    await again.is('ended', 'reuse')
    const presented = again.wire.sent
      .filter(([kind]) => kind === 'present')
      .map(([, , credential]) => credential)
    assert.equal(presented.length, 2)
    assert.ok(presented[0].startsWith(`${presented[1]}.`), 'once more, without the attempt id')
    await thief.is('ended', 'reuse')
    assert.equal(site.reused.length, 1)
  })

  test('is told of by a tab that finds the key gone when it is refused, because another was quicker', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const owner = await signedIn(site.open(profile))
    owner.client.close()
    await site.open(steal(profile)).is('active', 'alice')
    const again = site.open(profile, { locks: null })
    again.wire.onReceive = ([, , session]) => {
      if (session?.refused) profile.storage.write(`${profile.name}:default`, null)
      return false
    }
    assert.deepEqual(await again.client.ready, { name: 'ended', why: 'reuse' })
  })
})
