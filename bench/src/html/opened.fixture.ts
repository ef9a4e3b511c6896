import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, launchChromium, type Page } from '@sojourn/testbed'
import { formatPage } from './page.ts'
import type { Reported } from './reported.ts'

export interface Look {
  readonly width?: number
  readonly colorScheme?: 'light' | 'dark'
}

export interface Opened {
  readonly page: Page
  /** What it said on the console, threw, or asked for besides itself. */
  readonly noise: readonly string[]
}

/** A browser that reads reports, and a folder that they are in. */
export class Reader implements AsyncDisposable {
  readonly folder: string
  readonly #browser: Browser

  private constructor(folder: string, browser: Browser) {
    this.folder = folder
    this.#browser = browser
  }

  static async start(): Promise<Reader> {
    return new Reader(await mkdtemp(join(tmpdir(), 'sojourn-report-')), await launchChromium())
  }

  async open(results: Reported, { width = 1100, colorScheme = 'light' }: Look = {}): Promise<Opened> {
    const file = join(this.folder, 'report.html')
    await writeFile(file, formatPage(results))
    const { href } = pathToFileURL(file)
    const page = await this.#browser.newPage({ viewport: { width, height: 800 }, colorScheme })
    const noise: string[] = []
    page.on('console', message => noise.push(message.text()))
    page.on('pageerror', error => noise.push(error.message))
    page.on('request', request => {
      if (request.url() !== href && !request.url().startsWith('data:')) noise.push(request.url())
    })
    await page.goto(href)
    return { page, noise }
  }

  async [Symbol.asyncDispose]() {
    await this.#browser.close()
    await rm(this.folder, { recursive: true })
  }
}

/** A chart as it is drawn for a wide page. */
export const chartOf = (page: Page, label: string) => page.locator(`svg.wide[aria-label^="${label}"]`)

export const wordsOf = (page: Page, label: string) => chartOf(page, label).locator('text').allTextContents()
