import type { Browser } from 'playwright-core'
import { provideProgram } from './program.ts'

/**
 * A real, headless Chromium: the one named by `CHROMIUM`, else the one on the path, else, on Debian or Ubuntu as
 * root, the package, installed on the spot. It ends with this process.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await provideProgram({
    names: [
      'chromium',
      'chromium-browser',
      'google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    debianPackage: 'chromium',
    commands: { fedora: 'sudo dnf install chromium', macos: 'brew install --cask google-chrome' },
    variable: 'CHROMIUM',
  })
  const { chromium } = await import('playwright-core') // of some weight, and few tests need it
  // Playwright itself adds --headless and the switches that keep a browser quiet; the sandbox does not work as root.
  return chromium.launch({
    executablePath,
    chromiumSandbox: false,
    args: ['--disable-gpu', '--disable-quic'],
  })
}
