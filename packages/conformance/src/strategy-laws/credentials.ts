import assert from 'node:assert/strict'
import type { Credential, SessionStrategy } from '@sojourn/core'
import type { Laws } from '../law.ts'
import { newSecret, type StrategyTrial, saveWell, secret } from '../strategy.ts'

export const credentialLaws: Laws<StrategyTrial> = {
  async 'has a name'({ strategy }) {
    assert.notEqual(strategy.name, '')
  },

  async 'gives each new session a credential, which resumes it'({ strategy, begin }) {
    const credentials = new Set<Credential>()
    for (const given of [
      { userId: 'alice', data: '{"cart":[1,"2"]}' },
      { userId: null, data: '{"__proto__":"👩‍👩‍👧"}' },
    ]) {
      const { record, credential } = await begin(given)
      const resumed = (await strategy.resume(credential))?.record
      const { id, createdAt, deadline } = record
      assert.ok(resumed, 'the credential of the first save is not honoured')
      assert.deepEqual({ ...resumed, ...given, id, createdAt, deadline }, { ...resumed })
      credentials.add(credential)
    }
    assert.equal(credentials.size, 2)
  },

  async 'resumes nothing but what it gave, and does not throw'({ strategy, begin }) {
    const { record, credential } = await begin({ userId: 'alice' })
    const other = await begin({ userId: 'alice' })
    for (const forged of forge(credential, other.credential, record.id)) await assertRefused(strategy, forged)
    for (const good of [credential, other.credential]) assert.ok(await strategy.resume(good))
  },

  async 'resumes nothing that other secrets made'({ strategy, begin, withKeys }) {
    const { credential } = await begin()
    await assertRefused(withKeys(newSecret), credential)
    assert.ok(await strategy.resume(credential))
  },

  async 'replaces a credential that an older secret made'({ begin, withKeys }) {
    const { record, credential } = await begin()
    const rotated = await withKeys(newSecret, secret).resume(credential)
    assert.equal(rotated?.record.id, record.id)
    assert.ok(rotated.credential, 'the client is left with a credential of the old secret')
    assert.ok(await withKeys(newSecret).resume(rotated.credential))
  },

  async 'gives a new credential when its traits say, and at no other time'({ strategy, begin }) {
    const { newCredential } = strategy.traits
    const { credential } = await begin()
    const resumed = await strategy.resume(credential)
    assert.ok(resumed)
    assert.equal(resumed.credential !== undefined, newCredential === 'at-resume', 'at resume')
    const saved = await saveWell(strategy, resumed.record)
    assert.equal(saved.credential !== undefined, newCredential === 'at-save', 'at save')
  },

  async 'reissues: a new credential, and the old one is worthless where there is a revoker'(trial) {
    const { strategy, begin } = trial
    const { record, credential } = await begin()
    const reissued = await saveWell(strategy, record, { reissue: true })
    assert.ok(reissued.credential, 'a reissue gives no credential')
    assert.notEqual(reissued.credential, credential)
    if (strategy.revoker === null) {
      assert.ok(await strategy.resume(credential), 'it can end a credential, but has no revoker')
    } else {
      assert.ok(reissued.record.generation >= record.generation + 2, 'no generation was skipped')
      await assertRefused(strategy, credential)
    }
    assert.equal((await strategy.resume(reissued.credential))?.record.id, record.id)
  },
}

export async function assertRefused(strategy: SessionStrategy, credential: Credential): Promise<void> {
  const shown = credential.length > 100 ? `${credential.slice(0, 100)}…` : credential
  await assert.doesNotReject(async () => {
    assert.equal(await strategy.resume(credential), null, `honoured: ${shown}`)
  })
}

function forge(credential: Credential, other: Credential, id: string): Credential[] {
  const positions = Array.from(credential, (_, position) => position)
  const garbage = [
    '',
    '.',
    '..',
    '...',
    ' ',
    '\0',
    '{}',
    'null',
    '__proto__',
    '%',
    '%00',
    'é',
    '👩',
    `${id}.0.`,
  ]
  const forged = [
    ...garbage,
    id,
    'x'.repeat(10_240),
    '.'.repeat(10_240),
    credential.repeat(200),
    ...[' ', '=', '.', 'A', '\n', '\0'].flatMap(extra => [credential + extra, extra + credential]),
    ...positions.map(position => credential.slice(0, position)),
    ...positions.map(position => credential.slice(position + 1)),
    ...positions.flatMap(position =>
      ['.', 'A', 'é', flip(credential.charAt(position))].map(
        by => credential.slice(0, position) + by + credential.slice(position + 1),
      ),
    ),
    ...positions.map(position => credential.slice(0, position) + other.slice(position)),
  ]
  return forged.filter(text => text !== credential && text !== other)
}

/** Differs in the lowest bit, which padding may hide. */
const flip = (character: string) => String.fromCharCode(character.charCodeAt(0) ^ 1)
