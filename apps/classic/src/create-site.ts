import { resolve } from 'node:path'
import express, { type Express } from 'express'
import type {} from './session-data.ts'

const root = resolve(import.meta.dirname, '..')

/** What all three begin with: views, a stylesheet, and bodies that are parsed. */
export function createSite(library: string): Express {
  const app = express()
  app.set('view engine', 'ejs').set('views', resolve(root, 'views'))
  Object.assign(app.locals, { library, user: null })

  app.use(express.static(resolve(root, 'public')))
  app.use(express.urlencoded({ extended: false }))
  app.use(express.json())
  return app
}
