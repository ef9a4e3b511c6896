import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { publicFolder, securityHeaders } from '@sojourn/demo'
import { build } from 'esbuild'
import express, { type Express } from 'express'

const folder = resolve(import.meta.dirname, 'page')

/** The page, with its script bundled, from memory. */
export async function createPage(): Promise<Express> {
  const [html, css, script] = await Promise.all([
    readFile(resolve(folder, 'index.html')),
    readFile(resolve(folder, 'page.css')),
    bundle(resolve(folder, 'page.ts')),
  ])
  const app = express()
  app.use(securityHeaders())
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-cache')
    next()
  })
  app.get('/', (_req, res) => res.type('html').send(html))
  app.get('/page.css', (_req, res) => res.type('css').send(css))
  app.get('/page.js', (_req, res) => res.type('js').send(script))
  app.use(express.static(publicFolder, { cacheControl: false }))
  app.use((_req, res) => res.status(404).type('text').send('There is nothing at this address.'))
  return app
}

async function bundle(entryPoint: string): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [entryPoint],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['source'],
    write: false,
  })
  return Buffer.from(outputFiles[0]?.contents ?? [])
}
