import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Ways } from './application.ts'
import { createExpectation, fillIn, hasNumber } from './expectation.ts'
import { type Scenario, scenarios, textOf } from './usage.ts'

export interface OwnAppOptions {
  readonly url: URL
  readonly isOwned: boolean
  readonly ways: Ways
  readonly scenarios: readonly Scenario[]
  readonly restart: string | null
  /** How long a restart may take. */
  readonly patienceMs: number
  readonly pid: number | null
  readonly clients: number
  readonly effort: { readonly rounds: number; readonly seconds: number; readonly connections: number }
  /** The folder that `--restart` runs in. */
  readonly folder: string
  readonly file: string | null
}

/**
 * Relative files are taken from `SOJOURN_CWD`, where the command was typed: npm changes folders.
 *
 * @throws {Error} with a message for the user
 */
export function parseOptions(args: readonly string[]): OwnAppOptions {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: text,
      login: text,
      form: text,
      json: { type: 'string', multiple: true, default: [] },
      page: text,
      expect: text,
      'login-page': text,
      users: text,
      header: { type: 'string', multiple: true, default: [] },
      anonymous: text,
      logout: text,
      'logout-method': { type: 'string', default: 'POST' },
      'logout-page': text,
      restart: text,
      patience: { type: 'string', default: '60' },
      pid: text,
      scenario: { type: 'string', default: scenarios.join() },
      clients: { type: 'string', default: '100' },
      connections: { type: 'string', default: '32' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '2' },
      'i-own-this-host': { type: 'boolean', default: false },
    },
  })
  const needed = (name: 'url' | 'login' | 'page' | 'expect') =>
    values[name] || refuse(`--${name} is needed: ${textOf(`--${name}`)}.`)
  const page = pathOf('--page', needed('page'))
  const bodies = values.json.filter(isBody)
  const credentials = credentialsOf(values.form, bodies)
  const expected = needed('expect')
  if (hasNumber(expected) && !hasNumber(credentials.body))
    refuse('--expect has {n}, but no user has a number: put {n} into --form or --json, too.')
  const clients = whole('--clients', values.clients)
  const connections = whole('--connections', values.connections)
  const folder = process.env.SOJOURN_CWD || process.cwd()
  const file = values.json.find(value => !isBody(value))
  return {
    url: originOf(needed('url')),
    isOwned: values['i-own-this-host'],
    ways: {
      login: pathOf('--login', needed('login')),
      credentials,
      loginPage: values['login-page'] === undefined ? null : pathOf('--login-page', values['login-page']),
      page,
      expectation: createExpectation(expected),
      anonymous: pathOf('--anonymous', values.anonymous ?? page),
      logout: values.logout === undefined ? null : pathOf('--logout', values.logout),
      logoutMethod: methodOf(values['logout-method']),
      logoutPage: pathOf('--logout-page', values['logout-page'] ?? page),
      users: hasNumber(credentials.body)
        ? whole('--users', values.users ?? String(Math.max(clients, connections)))
        : 1,
      headers: Object.fromEntries(values.header.map(headerOf)),
    },
    scenarios: values.scenario.split(',').map(scenarioOf),
    restart: values.restart ?? null,
    patienceMs: positive('--patience', values.patience) * 1000,
    pid: values.pid === undefined ? null : whole('--pid', values.pid),
    clients,
    effort: {
      rounds: whole('--rounds', values.rounds),
      seconds: positive('--seconds', values.seconds),
      connections,
    },
    folder,
    file: file === undefined ? null : resolve(folder, file),
  }
}

function refuse(message: string): never {
  throw new Error(message)
}

/** `--json` is a file to write, unless it is an object to post. */
const isBody = (json: string) => json.trimStart().startsWith('{')

function credentialsOf(form: string | undefined, [body, ...more]: readonly string[]): Ways['credentials'] {
  if ((form === undefined) === (body === undefined) || more.length > 0)
    refuse("One of --form 'name=…&password=…' and --json '{…}' is needed, to sign in with.")
  if (form !== undefined) return { kind: 'form', body: form }
  try {
    JSON.parse(fillIn(body as string, 1))
  } catch {
    refuse(`--json ${body}: that is no JSON.`)
  }
  return { kind: 'json', body: body as string }
}

function originOf(text: string): URL {
  const url = URL.parse(text)
  const isOrigin = url !== null && url.pathname === '/' && url.search === '' && url.username === ''
  if (!isOrigin || !['http:', 'https:'].includes(url.protocol))
    return refuse(`--url takes scheme, host and port, as http://127.0.0.1:3000, not ${text}.`)
  return url
}

function pathOf(option: string, text: string): string {
  if (!text.startsWith('/') || text.startsWith('//'))
    refuse(`${option} takes a path that begins with /, not ${text}.`)
  const { pathname, search } = new URL(text, 'http://127.0.0.1')
  return `${pathname}${search}`
}

function headerOf(line: string): [string, string] {
  const [, name = '', value = ''] = /^([\w-]+):\s*(.+)$/.exec(line) ?? refuse(`--header ${line}: no header.`)
  return [name.toLowerCase(), value]
}

const methodOf = (text: string): Ways['logoutMethod'] =>
  text === 'POST' || text === 'DELETE' || text === 'GET'
    ? text
    : refuse(`--logout-method takes POST, DELETE or GET, not ${text}.`)

const scenarioOf = (name: string): Scenario =>
  scenarios.find(scenario => scenario === name) ??
  refuse(`--scenario: there is no ${name}; choose from ${scenarios.join(', ')}.`)

function positive(option: string, text: string): number {
  const value = Number(text)
  return value > 0 && Number.isFinite(value)
    ? value
    : refuse(`${option} takes a positive number, not ${text}.`)
}

const whole = (option: string, text: string): number =>
  Number.isInteger(positive(option, text))
    ? Number(text)
    : refuse(`${option} takes whole numbers, not ${text}.`)
