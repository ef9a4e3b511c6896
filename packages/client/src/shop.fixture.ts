import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientOptions } from './index.ts'
import { openTab, type Profile, type Tab } from './site.fixture.ts'

/** A server over SQLite in a process of its own, which can be killed and started again. */
export async function startShop() {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-client-'))
  let child: ChildProcess
  let port = 0
  const tabs: Tab[] = []

  async function start(): Promise<void> {
    const script = join(import.meta.dirname, 'shop-process.fixture.ts')
    child = fork(script, [join(folder, 'sessions.db'), `${port}`], { execArgv: ['--conditions=source'] })
    ;[port] = (await once(child, 'message')) as [number]
  }
  await start()

  return {
    start,
    /** At once, as by a power failure. */
    kill: () => void child.kill('SIGKILL'),
    open(profile: Profile, options: Partial<ClientOptions> = {}): Tab {
      const tab = openTab(profile, { url: `ws://127.0.0.1:${port}`, ...options })
      tabs.push(tab)
      return tab
    },
    async [Symbol.asyncDispose]() {
      for (const { client } of tabs) client.close()
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await rm(folder, { recursive: true })
    },
  }
}
