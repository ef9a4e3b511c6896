import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Express } from 'express'
import { Browser, type Reply } from './browser.fixture.ts'
import { openSite } from './site.fixture.ts'

function addAccount(app: Express): void {
  app.post('/login', (req, res) => {
    req.session.signIn('ada')
    res.send('welcome')
  })
  app.post('/logout', (req, res) => {
    req.session.signOut()
    res.send('bye')
  })
  app.get('/who', (req, res) => {
    res.send(req.session.userId ?? 'nobody')
  })
}

const bearing = (credential: string) => ({ Authorization: `Bearer ${credential}` })
const given = ({ headers }: Reply) => headers['session-credential'] as string | undefined

suite('a bearer credential', () => {
  test('comes at sign-in, is emptied at sign-out, and no cookie is ever set', async () => {
    await using site = await openSite({ credential: 'bearer' }, addAccount)
    const client = new Browser(site)
    const welcome = await client.post('/login')
    const credential = given(welcome) ?? ''
    assert.notEqual(credential, '')
    assert.equal(welcome.headers['cache-control'], 'no-store')

    const who = await client.get('/who', bearing(credential))
    assert.equal(who.text, 'ada')
    assert.equal(given(who), undefined)
    assert.equal(who.headers['cache-control'], undefined)

    const bye = await client.post('/logout', bearing(credential))
    assert.equal(given(bye), '')
    assert.equal(bye.headers['cache-control'], 'no-store')
    assert.equal((await client.get('/who', bearing(credential))).text, 'nobody')
    for (const { setCookies } of [welcome, who, bye]) assert.deepEqual(setCookies, [])
  })

  test('is read from nothing else', async () => {
    await using site = await openSite({ credential: 'bearer' }, addAccount)
    const client = new Browser(site)
    const credential = given(await client.post('/login')) ?? ''
    assert.equal((await client.get('/who', { Authorization: `bearer   ${credential}` })).text, 'ada')
    const others = [
      { Authorization: credential },
      { Authorization: `Basic ${credential}` },
      { Authorization: `Bearer ${credential} x` },
      { Cookie: `session=${credential}` },
    ]
    for (const headers of others) assert.equal((await client.get('/who', headers)).text, 'nobody')
  })

  test('cannot be sent by other sites, so their requests are not refused', async () => {
    await using site = await openSite({ credential: 'bearer' }, addAccount)
    const reply = await new Browser(site).post('/login', { 'Sec-Fetch-Site': 'cross-site' })
    assert.equal(reply.text, 'welcome')
  })
})
