export type { Browser, BrowserContext, Page } from 'playwright-core'
export { launchChromium } from './chromium.ts'
