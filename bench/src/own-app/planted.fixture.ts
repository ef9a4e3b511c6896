// A JSON API whose sessions are kept by hand, with what is planted in it.
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'

export interface Planted {
  readonly port: number
  /** Default: 127.0.0.1. */
  readonly host?: string
  readonly folder: string
  /** Sessions outlive the process, in a file of `folder`. */
  readonly isDurable?: boolean
  /** How many of the first sessions are not written there. */
  readonly lost?: number
  /** Each so-manieth page is that of another user. */
  readonly otherUserEach?: number
  /** The page says the same to everybody. */
  readonly isOpen?: boolean
  /** Once a page was shown, everybody is shown it. */
  readonly isCached?: boolean
  /** How long a session outlives its sign-out; null: for ever. Default: not at all. */
  readonly signOutAfterMs?: number | null
  /** Signing out does nothing at all. */
  readonly signsNobodyOut?: boolean
  /** Sign-in takes the id that it was sent. */
  readonly keepsId?: boolean
  /** Each page replaces the id, which is good three times: an answer may have been lost. */
  readonly rolls?: boolean
  /** Signing in and out takes what the cookie `XSRF-TOKEN` of a page says, as a header. */
  readonly wantsToken?: boolean
  /** Where signing in redirects to. */
  readonly awayTo?: string
  /** Each user has one session. */
  readonly isSingle?: boolean
  /** Each answer ends with its connection, and does not say before how long it is. */
  readonly closes?: boolean
  /** With so many answers, a connection ends. */
  readonly closesEach?: number
  /** The page is another one for each user: the one that is asked for leads there. */
  readonly hasOwnPaths?: boolean
  /** So many requests without a session are answered, and no more. */
  readonly strangers?: number
  /** For so long, one that was started again knows no page. */
  readonly bootsForMs?: number
  /** What each page view costs of CPU time. */
  readonly busyMicros?: number
  /** Of the session's cookie. */
  readonly attributes?: string
}

const planted: Planted = JSON.parse(process.env.PLANTED as string)
const { folder, isDurable = false, lost = 0, otherUserEach = 0, signOutAfterMs = 0, busyMicros = 0 } = planted
const sessionsFile = join(folder, 'sessions')
const sessions = new Map<string, string>(
  existsSync(sessionsFile) ? JSON.parse(readFileSync(sessionsFile, 'utf8')) : [],
)
const bootsUntil = existsSync(sessionsFile) ? performance.now() + (planted.bootsForMs ?? 0) : 0
const uses = new Map<string, number>()
let views = 0
let strangers = 0
let cached: string | null = null

async function answer(req: IncomingMessage, res: ServerResponse): Promise<unknown> {
  const id = /(?:^|; )sid=([^;]*)/.exec(req.headers.cookie ?? '')?.[1] ?? ''
  if (planted.closes) Object.assign(res, { shouldKeepAlive: false, useChunkedEncodingByDefault: false })
  res.setHeader('content-type', 'application/json')
  if (performance.now() < bootsUntil) return res.writeHead(404).end('"no route yet"')
  if (planted.wantsToken && req.method === 'POST' && req.headers['x-xsrf-token'] !== 'a token=')
    return res.writeHead(403).end('"no token"')
  if (req.url === '/api/login' && req.method === 'POST')
    return signIn(id, (await json(req)) as { userName: string }, res)
  if (req.url === '/api/logout') return signOut(id, res)
  const user = sessions.get(id)
  if (planted.hasOwnPaths && user !== undefined) {
    if (req.url === '/api/me') return res.writeHead(302, { location: `/api/${user}` }).end()
    if (req.url !== `/api/${user}`) return res.end(JSON.stringify({ name: req.url?.slice('/api/'.length) }))
  }
  return show(id, res)
}

function signIn(id: string, { userName }: { userName: string }, res: ServerResponse): void {
  const next = planted.keepsId && id !== '' ? id : randomUUID()
  if (planted.isSingle) for (const [other, user] of sessions) if (user === userName) sessions.delete(other)
  giveId(next, userName, res)
  if (planted.awayTo !== undefined) res.writeHead(302, { location: planted.awayTo })
  res.end('{}')
}

function giveId(id: string, user: string, res: ServerResponse): void {
  sessions.set(id, user)
  if (isDurable) writeFileSync(sessionsFile, JSON.stringify([...sessions].slice(lost)))
  res.appendHeader('set-cookie', `sid=${id}; ${planted.attributes ?? 'Path=/; HttpOnly'}`)
}

function signOut(id: string, res: ServerResponse): void {
  if (planted.signsNobodyOut) return void res.end('{}')
  if (signOutAfterMs === 0) sessions.delete(id)
  else if (signOutAfterMs !== null) setTimeout(() => sessions.delete(id), signOutAfterMs)
  res.setHeader('set-cookie', 'sid=; Path=/; Max-Age=0').end('{}')
}

function show(id: string, res: ServerResponse): void {
  const user = sessions.get(id)
  if (planted.wantsToken) res.appendHeader('set-cookie', 'XSRF-TOKEN=a%20token%3D; Path=/')
  if (planted.rolls && user !== undefined) {
    giveId(randomUUID(), user, res)
    uses.set(id, (uses.get(id) ?? 0) + 1)
    if (uses.get(id) === 3) sessions.delete(id)
  }
  if (user === undefined && ++strangers > (planted.strangers ?? Infinity))
    return void res.writeHead(429).end('"too many"')
  const before = process.cpuUsage()
  const isBusy = ({ user, system }: NodeJS.CpuUsage) => user + system < busyMicros
  while (isBusy(process.cpuUsage(before)));
  const shown = user !== undefined && otherUserEach > 0 && ++views % otherUserEach === 0 ? 'user7777' : user
  const page = shown === undefined ? null : JSON.stringify({ name: shown, at: 'home' })
  if (planted.isCached) cached ??= page
  const body = page ?? cached ?? JSON.stringify({ error: 'sign in', at: planted.isOpen ? 'home' : 'door' })
  res.writeHead(page === null ? 401 : 200).write(body)
  res.end()
}

const server = createServer(answer)
server.maxRequestsPerSocket = planted.closesEach ?? 0
server.listen(planted.port, planted.host ?? '127.0.0.1')
