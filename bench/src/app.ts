import express, { type Express } from 'express'
import type { Contender, World } from './contender.ts'

/** The app that all contenders share: all do the same work and send the same body. */
export async function createApp(contender: Contender, world: World): Promise<Express> {
  const app = express()
  await contender.mount(app, world)

  const answer = (req: express.Request, res: express.Response) =>
    res.json({ user: contender.userOf(req), counter: contender.dataOf(req).counter ?? 0 })

  app.get('/read', answer)

  app.post('/write', (req, res) => {
    const data = contender.dataOf(req)
    data.counter = (data.counter ?? 0) + 1
    answer(req, res)
  })

  app.post('/login', async (req, res) => {
    const { user, fillerBytes } = req.query
    await contender.signIn(req, String(user))
    Object.assign(contender.dataOf(req), { counter: 0, filler: 'x'.repeat(Number(fillerBytes)) })
    answer(req, res)
  })

  app.post('/logout', async (req, res) => {
    await contender.signOut(req, res)
    res.json({})
  })

  return app
}
