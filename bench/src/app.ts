import { randomBytes } from 'node:crypto'
import express, { type Express } from 'express'
import type { Contender, World } from './contender.ts'

/** The app that all contenders share: all do the same work and send the same body. */
export async function createApp(contender: Contender, world: World): Promise<Express> {
  const app = express()
  await contender.mount(app, world)

  const answer = (req: express.Request, res: express.Response) =>
    res.json({ user: contender.userOf(req), counter: contender.dataOf(req).counter ?? 0 })

  app.get('/read', answer)

  app.post('/write', async (req, res) => {
    const data = contender.dataOf(req)
    data.counter = (data.counter ?? 0) + 1
    await contender.save?.(req)
    answer(req, res)
  })

  app.post('/login', async (req, res) => {
    const { user, fillerBytes } = req.query
    await contender.signIn(req, String(user))
    Object.assign(contender.dataOf(req), { counter: 0, filler: createFiller(Number(fillerBytes)) })
    await contender.save?.(req)
    answer(req, res)
  })

  app.post('/logout', async (req, res) => {
    await contender.signOut(req, res)
    res.json({})
  })

  app.post('/everywhere', async (req, res) => {
    if (contender.signOutEverywhere) await contender.signOutEverywhere(req)
    else await contender.signOut(req, res)
    res.json({})
  })

  app.post('/password', async (req, res) => {
    if (contender.changePassword) await contender.changePassword(req)
    else await contender.signIn(req, String(contender.userOf(req)))
    await contender.save?.(req)
    answer(req, res)
  })

  app.use((error: HttpError, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res.status(error.status ?? 500).send(error.message)
  })

  return app
}

interface HttpError extends Error {
  readonly status?: number
}

/** Text that cannot be compressed: it would flatter who does. */
const createFiller = (bytes: number) => randomBytes(bytes).toString('base64url').slice(0, bytes)
