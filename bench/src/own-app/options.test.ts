import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CookieJar } from './cookie-jar.ts'
import { createExpectation } from './expectation.ts'
import { readForms, readMetaToken, textOf } from './html-form.ts'
import { parseOptions } from './options.ts'
import { findPlace } from './place.ts'
import { runBench } from './run.fixture.ts'
import { usage } from './usage.ts'

const good = {
  '--url': 'http://127.0.0.1:3000',
  '--login': '/login',
  '--form': 'name=user{n}',
  '--page': '/page',
  '--expect': 'Hello',
}
const parse = (change: Record<string, string | null>) =>
  parseOptions(
    Object.entries({ ...good, ...change }).flatMap(([name, value]) => (value === null ? [] : [name, value])),
  )

test('options that make no sense are refused in words', () => {
  const refusals: [Record<string, string | null>, RegExp][] = [
    [{ '--url': null }, /--url is needed: where it is/],
    [{ '--expect': null }, /--expect is needed/],
    [{ '--url': '127.0.0.1:3000' }, /--url takes scheme, host and port/],
    [{ '--url': 'http://127.0.0.1/app' }, /--url takes scheme, host and port/],
    [{ '--login': 'login' }, /--login takes a path that begins with \//],
    [{ '--page': '//example.com/' }, /--page takes a path/],
    [{ '--form': null }, /One of --form .* and --json .* is needed/],
    [{ '--json': '{"a":1}' }, /One of --form .* and --json .* is needed/],
    [{ '--form': null, '--json': '{a}' }, /that is no JSON/],
    [{ '--form': 'name=ann', '--expect': 'user{n}' }, /--expect has \{n\}, but no user has a number/],
    [{ '--scenario': 'thrughput' }, /there is no thrughput; choose from throughput, restart, theft/],
    [{ '--clients': '1.5' }, /--clients takes whole numbers/],
    [{ '--seconds': '0' }, /--seconds takes a positive number/],
    [{ '--logout-method': 'PUT' }, /--logout-method takes POST, DELETE or GET/],
    [{ '--header': 'nothing' }, /--header nothing: no header/],
    [{ '--thief': 'yes' }, /Unknown option '--thief'/],
  ]
  for (const [change, refusal] of refusals) assert.throws(() => parse(change), refusal)
})

test('--json is what is posted, or a file, or both', () => {
  const options = parseOptions([
    ...['--url', good['--url'], '--login', '/login', '--page', '/page', '--expect', 'Hello'],
    ...['--json', ' {"name":"user{n}"}', '--json', '/tmp/results.json'],
  ])
  assert.deepEqual(options.ways.credentials, { kind: 'json', body: ' {"name":"user{n}"}' })
  assert.equal(options.file, '/tmp/results.json')
})

test('bad options end with 2, and help with 0', async () => {
  const bad = await runBench(['--url', 'nowhere'])
  assert.deepEqual([bad.code, bad.out], [2, ''])
  assert.match(bad.err, /--page is needed|--url takes/)
  const help = await runBench(['--help'])
  assert.deepEqual([help.code, help.out], [0, `${usage}\n`])
  for (const line of usage.split('\n')) assert.ok(line.length <= 100, line)
})

test('another machine is refused, and it is said why; its owner may', async () => {
  const place = findPlace(new URL('http://192.0.2.1'), false)
  await assert.rejects(place, /192\.0\.2\.1 is 192\.0\.2\.1, and that is not this machine.*--i-own-this-host/)
  await assert.rejects(findPlace(new URL('http://[2001:db8::1]'), false), /not this machine/)
  await assert.rejects(findPlace(new URL('http://0.0.0.0:1'), false), /not this machine/)
  await assert.rejects(findPlace(new URL('http://127.1.2.3:1'), false), /Nobody listens/)
  await assert.rejects(findPlace(new URL('http://localhost:1'), false), /Nobody listens/)
  await assert.rejects(findPlace(new URL('http://[::1]:1'), true), /Nobody listens/)
})

test('a numbered text is that of one user, and of no longer number', () => {
  const { seenBy } = createExpectation('Hello user{n}.')
  assert.equal(seenBy(1, '<b>Hello user1.'), 'own')
  assert.equal(seenBy(1, 'Hello user12. Hello user1.'), 'own')
  assert.equal(seenBy(1, 'Hello user12.'), 'other')
  assert.equal(seenBy(1, 'Hello user1x'), 'nobody')
  assert.equal(createExpectation('user{n}').seenBy(1, 'user12'), 'other')
  assert.equal(createExpectation('(a+b)').seenBy(1, 'is (a+b)'), 'own')
})

describe('a page', () => {
  const url = new URL('http://127.0.0.1/a/b')
  test('has the forms that post, with the hidden fields that a browser sends', () => {
    const html = `<script>"<form method=post action=/script><input type=hidden name=no>"</script>
      <FORM Method=POST action='c?d=1'><input type="hidden" name="t" value="a&#x2F;b&amp;c &#43; &quot;">
      <input type=hidden name=off disabled><input type=text name=user><input name="e" type="HIDDEN"></FORM>
      <input type=hidden name=outside value=1><form method="post"><input type="hidden" name="x" value='>'></form>`
    const forms = readForms(html, url).map(({ action, hidden }) => [action.href, hidden])
    assert.deepEqual(forms, [
      [
        'http://127.0.0.1/a/c?d=1',
        [
          ['t', 'a/b&c + "'],
          ['e', ''],
        ],
      ],
      ['http://127.0.0.1/a/b', [['x', '>']]],
    ])
  })
  test('may have a token for its scripts', () => {
    assert.equal(readMetaToken('<meta charset=utf-8><meta name="csrf-token" content="a&#61;">'), 'a=')
    assert.equal(readMetaToken('<!-- <meta name="csrf-token" content="a"> -->'), null)
  })
  test('says something', () => {
    assert.equal(
      textOf('<style>b{}</style><p>Wrong&nbsp;password.<br>\n Try&#32;again'),
      'Wrong password. Try again',
    )
  })
})

describe('a jar', () => {
  const jarWith = (...lines: string[]) => {
    const jar = new CookieJar('app.localhost', true)
    jar.keep(lines, '/area/page?q=/x')
    return jar
  }
  test('sends a cookie where it belongs, the longer path first', () => {
    const jar = jarWith('a=1; Path=/', 'b=2', 'c=3; path=/other', 'd=4; Path=/are', 'e=x=y; Path=/area/')
    assert.equal(jar.headerFor('/area/deep'), 'e=x=y; b=2; a=1')
    assert.equal(jar.headerFor('/areas'), 'a=1')
  })
  test('replaces, ends and expires cookies', () => {
    const jar = jarWith(
      'a=1; Path=/',
      'b=2; Path=/',
      'c=3; Path=/',
      'd=4; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    )
    jar.keep(
      ['a=9; Path=/', 'b=; Path=/; Max-Age=0', 'c=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
      '/',
    )
    assert.equal(jar.headerFor('/'), 'a=9; d=4')
  })
  test('drops what a browser would', () => {
    const dropped = ['a=1; Domain=example.com', 'b=1; Domain=host', '__Host-c=1; Path=/', '__Secure-d=1']
    assert.deepEqual(jarWith(...dropped).cookies, [])
    assert.equal(
      jarWith('__Host-c=1; Secure; Path=/', 'a=1; Domain=.localhost; Path=/').headerFor('/'),
      '__Host-c=1; a=1',
    )
    const plain = new CookieJar('example.com', false)
    plain.keep(['a=1; Secure'], '/')
    assert.equal(plain.headerFor('/'), null)
    assert.throws(() => jarWith(`a=${'x'.repeat(4096)}`), /the cookie a has 4097 bytes/)
  })
})
