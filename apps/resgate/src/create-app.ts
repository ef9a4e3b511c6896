import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { publicFolder, securityHeaders } from '@sojourn/demo'
import { build } from 'esbuild'
import express, { type Express } from 'express'

export interface AppOptions {
  readonly title: string
  /** Of the gateway, as pages reach it: `ws://127.0.0.1:8080`. */
  readonly gatewayUrl: string
  /** How often the page renews its key, in milliseconds. */
  readonly renewMs: number
  /** How long a key lives unused, in milliseconds. */
  readonly idleMs: number
}

const folder = resolve(import.meta.dirname, 'page')

/** Serves the one page. What it needs is made once, and served from memory. */
export async function createApp({ title, gatewayUrl, renewMs, idleMs }: AppOptions): Promise<Express> {
  const values: Readonly<Record<string, string>> = {
    title,
    gatewayUrl,
    renewMs: `${renewMs}`,
    renewSeconds: `${renewMs / 1000}`,
    idleMs: `${idleMs}`,
    idleSeconds: `${idleMs / 1000}`,
  }
  const template = await readFile(resolve(folder, 'index.html'), 'utf8')
  const page = template.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => escapeHtml(values[name] as string))
  const script = await bundle()
  const connectSrc = `connect-src ${new URL(gatewayUrl).origin}`

  const app = express()
  app.use(securityHeaders())
  app.use((_req, res, next) => {
    const policy = res.getHeader('Content-Security-Policy') as string
    res.set('Content-Security-Policy', policy.replace("connect-src 'self'", connectSrc))
    res.set('Cache-Control', 'no-cache')
    next()
  })
  app.get('/', (_req, res) => res.type('html').send(page))
  app.get('/page.js', (_req, res) => res.type('js').send(script))
  app.get('/page.css', (_req, res) => res.sendFile(resolve(folder, 'page.css')))
  app.use(express.static(publicFolder, { cacheControl: false }))
  app.use((_req, res) => res.status(404).type('text').send('There is nothing at this address.'))
  return app
}

/** The page's code, resclient among it, as one module for browsers. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [resolve(folder, 'main.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  })
  return outputFiles[0]?.text as string
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
