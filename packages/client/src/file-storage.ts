import { randomUUID } from 'node:crypto'
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { LocksLike } from './options.ts'
import type { ClientStorage } from './storage.ts'

/** A write takes a few milliseconds, a turn seldom a second: who holds a lock for so long is taken for dead. */
const staleMs = 10_000

/**
 * Keeps keys in one file that only its owner can read, for Node.js. Any number of processes may share it: its `locks`,
 * which a client uses unless it is given others, let them take turns. A write is there whole or not at all. A damaged
 * file counts as empty, and is kept aside, as `path.damaged-…`, by the next write.
 */
export function createFileStorage(path: string): ClientStorage & { readonly locks: LocksLike } {
  return {
    locks: {
      async request(_name, work) {
        mkdirSync(dirname(path), { recursive: true })
        const unlock = await lock(`${path}.turn`, { ref: false })
        try {
          await work()
        } finally {
          unlock()
        }
      },
    },

    read: name => readTexts(path)?.get(name) ?? null,

    async write(name, text) {
      mkdirSync(dirname(path), { recursive: true })
      const unlock = await lock(`${path}.lock`)
      try {
        removeLeftovers(path)
        const texts = readTexts(path)
        if (texts === null) renameSync(path, `${path}.damaged-${Date.now()}`)
        writeTexts(path, change(texts ?? new Map(), name, text))
      } finally {
        unlock()
      }
    },
  }
}

function change(texts: Map<string, string>, name: string, text: string | null): Map<string, string> {
  if (text === null) texts.delete(name)
  else texts.set(name, text)
  return texts
}

/** Null: damaged. */
function readTexts(path: string): Map<string, string> | null {
  const json = readIfThere(path)
  if (json === null) return new Map()
  try {
    const entries = Object.entries(JSON.parse(json) as object)
    return entries.every(([, text]) => typeof text === 'string') ? new Map(entries) : null
  } catch {
    return null
  }
}

function writeTexts(path: string, texts: Map<string, string>): void {
  const temporary = `${path}.${randomUUID()}`
  try {
    const json = `${JSON.stringify(Object.fromEntries(texts), null, 2)}\n`
    writeFileSync(temporary, json, { mode: 0o600, flush: true })
    renameSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** What processes left that were killed while they wrote. */
function removeLeftovers(path: string): void {
  const folder = dirname(path)
  for (const name of readdirSync(folder)) {
    const rest = name.startsWith(`${basename(path)}.`) ? name.slice(basename(path).length) : ''
    const isTemporary = /^(\.lock|\.turn)?\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(rest)
    const leftover = join(folder, name)
    if (isTemporary && isOld(leftover)) rmSync(leftover, { force: true })
  }
}

/** Resolves to how to unlock. With `ref` false, waiting keeps no process from ending. */
async function lock(path: string, { ref = true } = {}): Promise<() => void> {
  const owner = `${process.pid} ${hostname()} ${randomUUID()}`
  for (;;) {
    if (takeLock(path, owner)) {
      return () => {
        if (readIfThere(path) === owner) rmSync(path, { force: true })
      }
    }
    const holder = readIfThere(path)
    if (holder !== null && isStale(path, holder)) removeLock(path, holder)
    await setTimeout(1 + 9 * Math.random(), undefined, { ref })
  }
}

/** A link appears together with what is in it, so that no lock is ever without its owner. */
function takeLock(path: string, owner: string): boolean {
  const own = `${path}.${randomUUID()}`
  writeFileSync(own, owner, { mode: 0o600 })
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own)
  }
}

function isStale(path: string, holder: string): boolean {
  const [pid, host] = holder.split(' ')
  if (host === hostname() && !isRunning(Number(pid))) return true
  return isOld(path)
}

function isOld(path: string): boolean {
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() }
  return Date.now() - mtimeMs > staleMs
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Two may find the same lock stale: the second must not remove that of the first. */
function removeLock(path: string, holder: string): void {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
    if (readIfThere(aside) !== holder) linkSync(aside, path)
  } catch {
    // Somebody else was quicker.
  } finally {
    rmSync(aside, { force: true })
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
