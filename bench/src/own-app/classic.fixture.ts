// A site on express-session, as many are: a form with a CSRF token, and redirects.
import { promisify } from 'node:util'
import express, { type Request } from 'express'
import session from 'express-session'

const { port } = JSON.parse(process.env.PLANTED as string)

interface Held {
  csrf?: string
  userName?: string
  regenerate(callback: (error?: unknown) => void): void
  destroy(callback: (error?: unknown) => void): void
}
const sessionOf = (req: Request) => req.session as unknown as Held

/** Where it takes itself to be, as Rails and Django do: by what a proxy says. */
const originOf = (req: Request) => `${req.protocol}://${req.get('host')}`

const app = express()
app.set('trust proxy', true)
app.use((req, res, next) => {
  const { origin = originOf(req) } = req.headers
  if (origin === originOf(req)) return next()
  res.status(403).send(`<h1>Not from ${originOf(req)}.</h1>`)
})
app.use(express.urlencoded({ extended: false }))
app.use(
  session({
    secret: ['of the test'],
    store: new session.MemoryStore(),
    resave: false,
    saveUninitialized: true,
    cookie: { maxAge: 14 * 86_400_000 },
  }),
)
app.get('/sign-in', (req, res) => {
  const held = sessionOf(req)
  held.csrf ??= `"quoted" & ${Math.random()}`
  const value = held.csrf.replaceAll('&', '&amp;').replaceAll('"', '&#34;')
  res.send(`<form method="get" action="/search"><input type="hidden" name="csrf" value="of another form"></form>
    <!-- <form method="post" action="/sessions"><input type="hidden" name="csrf" value="in a comment"></form> -->
    <form action="${req.secure ? `${originOf(req)}/` : ''}sessions" method="POST"><input type=hidden name=csrf value="${value}">
    <input name="userName"><input name="password" type="password"></form>`)
})
app.post('/sessions', async (req, res) => {
  const { userName, password, csrf } = req.body
  if (csrf === undefined || csrf !== sessionOf(req).csrf)
    return res.status(403).send('<h1>The form is too old.</h1>')
  if (password !== `secret ${userName}`) return res.status(401).send('<h1>Wrong password.</h1>')
  await promisify(sessionOf(req).regenerate.bind(sessionOf(req)))()
  sessionOf(req).userName = userName
  res.redirect(req.secure ? `${originOf(req)}/home` : '/home')
})
app.get('/', (_req, res) => res.redirect(303, '/home'))
app.get('/home', (req, res) => {
  const { userName } = sessionOf(req)
  if (userName === undefined) return res.redirect('/sign-in')
  res.send(
    `<h1>Hello ${userName}!</h1><form method="post" action="/sign-out"><button>Sign out</button></form>`,
  )
})
app.post('/sign-out', async (req, res) => {
  await promisify(sessionOf(req).destroy.bind(sessionOf(req)))()
  res.redirect(303, '/sign-in')
})
app.get('/settings', (req, res) => {
  const held = sessionOf(req)
  held.csrf ??= `${Math.random()}`
  res.send(
    `<form method="post" action="/settings/session"><input type="hidden" name="csrf" value="${held.csrf}"></form>`,
  )
})
app.delete('/settings/session', async (req, res) => {
  const { csrf } = sessionOf(req)
  if (csrf === undefined || req.body?.csrf !== csrf)
    return res.status(403).send('<h1>The form is too old.</h1>')
  await promisify(sessionOf(req).destroy.bind(sessionOf(req)))()
  res.redirect(303, '/sign-in')
})
app.listen(port, '127.0.0.1')
