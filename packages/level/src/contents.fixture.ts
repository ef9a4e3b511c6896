import assert from 'node:assert/strict'
import { decodeRecord, type SessionRecord } from '@sojourn/core'
import { ClassicLevel } from 'classic-level'
import { indexKeys, sessionKey } from './keys.ts'

/** All that is in a folder that no store has open. */
export async function readContents(location: string): Promise<Map<string, string>> {
  const db = new ClassicLevel(location)
  try {
    return new Map(await db.iterator().all())
  } finally {
    await db.close()
  }
}

/** Puts what another program may have put there. */
export async function putContents(location: string, contents: Record<string, string>): Promise<void> {
  const db = new ClassicLevel(location)
  await db.batch(Object.entries(contents).map(([key, value]) => ({ type: 'put', key, value })))
  await db.close()
}

/** The records of a folder, each with all keys that lead to it; and no key leads nowhere. */
export async function readRecords(location: string): Promise<Map<string, SessionRecord>> {
  const contents = await readContents(location)
  const records = new Map<string, SessionRecord>()
  for (const [key, text] of contents) {
    if (!key.startsWith(sessionKey(''))) continue
    const id = key.slice(sessionKey('').length)
    records.set(id, decodeRecord('contents', id, text) ?? assert.fail(`${key} is malformed: ${text}`))
  }
  const keys = [...records.values()].flatMap(record => [sessionKey(record.id), ...indexKeys(record)])
  assert.deepEqual([...contents.keys()].sort(), keys.sort())
  return records
}
