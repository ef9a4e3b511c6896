import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { suite, test } from 'node:test'
import { onSessionEvent, publish, type SessionEvents } from './events.ts'
import { minuteMs, Site, Visitor } from './site.fixture.ts'

const names = [
  ...(['created', 'signed-in', 'renewed', 'signed-out', 'revoked', 'conflict-merged'] as const),
  ...(['conflict-lost', 'credential-refused', 'record-malformed', 'reuse'] as const),
]

suite('events', () => {
  test('tell a session’s life in order, and no credential or data', async () => {
    const said: [keyof SessionEvents, object][] = []
    const stops = names.map(name => onSessionEvent(name, message => void said.push([name, message])))
    const site = new Site()
    const visitor = new Visitor(site)
    const credentials = new Set<string>()
    const note = () => visitor.credential && credentials.add(visitor.credential)

    await visitor.visit(session => void Object.assign(session, { secret: 'secret' }))
    note()
    const id = await visitor.visit(session => {
      session.signIn('alice')
      return session.id
    })
    note()
    site.time += minuteMs
    await visitor.recall()
    const late = await visitor.open()
    const later = await visitor.open()
    await visitor.visit(session => void Object.assign(session, { a: 'secret' }))
    await Object.assign(late.session, { b: 'secret' }).save()
    await visitor.visit(session => session.signOut())
    Object.assign(later.session, { c: 'secret' })
    await later.commit()
    visitor.credential = 'forged'
    await visitor.recall()
    for (const stop of stops) stop()
    await new Visitor(site).visit(session => session.signIn('bob'))

    const anonymous = { strategy: 'map', sessionId: id, userId: null }
    const ofAlice = { ...anonymous, userId: 'alice' }
    assert.deepEqual(said, [
      ['created', anonymous],
      ['signed-in', ofAlice],
      ['renewed', ofAlice],
      ['conflict-merged', ofAlice],
      ['revoked', { strategy: 'map', sessionId: id }],
      ['signed-out', ofAlice],
      ['conflict-lost', ofAlice],
      ['credential-refused', { strategy: 'map' }],
    ])
    assert.equal(credentials.size, 2)
    const text = JSON.stringify(said)
    for (const credential of [...credentials, 'forged', '"secret"']) assert.ok(!text.includes(credential))
  })

  test('of a first save that signs in are two', async () => {
    const said: string[] = []
    const stops = names.map(name => onSessionEvent(name, () => void said.push(name)))
    await new Visitor(new Site()).visit(session => session.signIn('alice'))
    for (const stop of stops) stop()
    assert.deepEqual(said, ['created', 'signed-in'])
  })

  test('are on the channels of node:diagnostics_channel', () => {
    for (const name of names) {
      const said: unknown[] = []
      const subscriber = (message: unknown) => void said.push(message)
      channel(`sojourn:${name}`).subscribe(subscriber)
      const message = { strategy: 'map', sessionId: 'id', userId: null, keyAgeMs: 1 }
      publish(name, message)
      channel(`sojourn:${name}`).unsubscribe(subscriber)
      publish(name, message)
      assert.deepEqual(said, [message])
    }
  })

  test('are typed, each with what it says', () => {
    const stops = [
      onSessionEvent('reuse', ({ keyAgeMs, sessionId, userId }) => [
        keyAgeMs.toFixed(),
        sessionId.length,
        userId?.length,
      ]),
      // @ts-expect-error: nobody knows whose the revoked session was
      onSessionEvent('revoked', ({ userId }) => userId),
      // @ts-expect-error: a credential that is not good belongs to no session
      onSessionEvent('credential-refused', ({ sessionId }) => sessionId),
      // @ts-expect-error: there is no such event
      () => onSessionEvent('unknown', () => {}),
    ]
    for (const stop of stops.slice(0, 3)) stop()
  })
})
