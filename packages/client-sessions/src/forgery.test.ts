import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { suite, test } from 'node:test'
import clientSessionsLibrary from 'client-sessions'
import { sealData } from 'iron-session'
import { clientSessionsOptions, ironOptions, libraries } from './libraries.fixture.ts'
import { openSites } from './sites.fixture.ts'
import { Visitor } from './visitor.fixture.ts'

const content = { user: 'eve' }
const json = JSON.stringify(content)
const base64 = Buffer.from(json).toString('base64')
const { secret } = clientSessionsOptions
const { util } = clientSessionsLibrary

/** As the library makes them, of what only it should be able to make. */
const hmac = (key: string | Buffer, text: string | Buffer) => createHmac('sha256', key).update(text).digest()
const keygrip = (key: string, text: string) => createHmac('sha1', key).update(text).digest('base64url')

function signedOnly(): string {
  const iv = Buffer.alloc(16)
  const text = Buffer.from(`old=${json}`)
  const createdAt = Date.now()
  const signed = Buffer.concat([iv, Buffer.from('.'), text, Buffer.from(`.${createdAt}.1800000`)])
  const mac = hmac(hmac(secret, 'cookiesession-signature'), signed)
  const [first, second, last] = [iv, text, mac].map(bytes => bytes.toString('base64url'))
  return [first, second, createdAt, 1_800_000, last].join('.')
}

const flip = (text: string) => (text.at(-5) === 'A' ? 'B' : 'A')
const mutate = (text: string) => `${text.slice(0, -5)}${flip(text)}${text.slice(-4)}`
const ours = util.encode({ cookieName: 'old', secret }, content)
const parts = ours.split('.')
const ironSeal = await sealData(content, ironOptions)
const sig = keygrip('a key', `old=${base64}`)

/** Each with one that is good, so that the others are known to be bad for what their names say only. */
const cookies: Record<string, { good: string; bad: Record<string, string> }> = {
  'client-sessions': {
    good: `old=${ours}`,
    bad: {
      empty: 'old=',
      'not encrypted': `old=${base64}`,
      'not encrypted, as JSON': `old=${encodeURIComponent(json)}`,
      'not signed': `old=${parts.slice(0, 4).join('.')}`,
      'with an empty signature': `old=${[...parts.slice(0, 4), ''].join('.')}`,
      'signed, and not encrypted': `old=${signedOnly()}`,
      truncated: `old=${ours.slice(0, -4)}`,
      'with a part too many': `old=${ours}.x`,
      'with another bit in its signature': `old=${mutate(ours)}`,
      'with other content': `old=${[parts[0], mutate(parts[1] ?? ''), ...parts.slice(2)].join('.')}`,
      'with a longer life': `old=${[...parts.slice(0, 3), '9999999999999', parts[4]].join('.')}`,
      'with a later birth': `old=${[...parts.slice(0, 2), Number(parts[2]) + 1, ...parts.slice(3)].join('.')}`,
      'by another secret': `old=${util.encode({ cookieName: 'old', secret: 'another secret' }, content)}`,
      'of another cookie': `old=${util.encode({ cookieName: 'other', secret }, content)}`,
      'under another name': `other=${ours}`,
      'of no object': `old=${util.encode({ cookieName: 'old', secret }, [content])}`,
      'of nothing': `old=${util.encode({ cookieName: 'old', secret }, null)}`,
      expired: `old=${util.encode({ cookieName: 'old', secret }, content, 1000, Date.now() - 60_000)}`,
    },
  },
  'cookie-session': {
    good: `old=${base64}; old.sig=${sig}`,
    bad: {
      empty: 'old=; old.sig=',
      'not signed': `old=${base64}`,
      'with an empty signature': `old=${base64}; old.sig=`,
      'with a signature that is no text of base64': `old=${base64}; old.sig=%00`,
      truncated: `old=${base64.slice(0, -4)}; old.sig=${sig}`,
      'with a signature that is truncated': `old=${base64}; old.sig=${sig.slice(0, -1)}`,
      'with another bit in its signature': `old=${base64}; old.sig=${mutate(sig)}`,
      'with other content': `old=${Buffer.from('{"user":"eva"}').toString('base64')}; old.sig=${sig}`,
      'by another key': `old=${base64}; old.sig=${keygrip('another key', `old=${base64}`)}`,
      'by no key': `old=${base64}; old.sig=${keygrip('', `old=${base64}`)}`,
      'of another cookie': `old=${base64}; old.sig=${keygrip('a key', `other=${base64}`)}`,
      'under another name': `other=${base64}; other.sig=${sig}`,
      'signed, and not JSON': `old=x; old.sig=${keygrip('a key', 'old=x')}`,
    },
  },
  'iron-session': {
    good: `old=${ironSeal}`,
    bad: {
      empty: 'old=',
      'not sealed': `old=${base64}`,
      'not sealed, as JSON': `old=${encodeURIComponent(json)}`,
      'not signed': `old=${ironSeal.split('*').slice(0, 6).join('*')}`,
      truncated: `old=${ironSeal.slice(0, -6)}`,
      'with another bit in its signature': `old=${mutate(ironSeal)}`,
      'with other content': `old=${ironSeal
        .split('*')
        .map((part, index) => (index === 4 ? mutate(part) : part))
        .join('*')}`,
      'with a longer life': `old=${ironSeal
        .split('*')
        .map((part, index) => (index === 5 ? '9999999999999' : part))
        .join('*')}`,
      'by another password': `old=${await sealData(content, { password: 'another password, of more than 32' })}`,
      'by a password that is not known': `old=${await sealData(content, { password: { 2: ironOptions.password } })}`,
      'under another name': `other=${ironSeal}`,
      'in parts, of which one is missing': `old.0=${ironSeal.slice(0, 99)}; old.2=${ironSeal.slice(99)}`,
    },
  },
}

for (const [libraryName, { good, bad }] of Object.entries(cookies)) {
  suite(`a cookie of ${libraryName} is`, () => {
    const library = libraries[libraryName] as (typeof libraries)[string]

    test('taken over if it is good', async () => {
      await using sites = await openSites(library)
      assert.equal((await new Visitor().ask('GET', `${sites.after}/who`, good)).text, 'eve: ')
    })

    for (const [what, cookie] of Object.entries(bad)) {
      test(`left alone if it is ${what}`, async () => {
        await using sites = await openSites(library)
        const { status, text, setCookies } = await new Visitor().ask('GET', `${sites.after}/who`, cookie)
        assert.deepEqual([status, text, setCookies], [200, 'nobody: ', []])
      })
    }
  })
}
