import type { SessionData, SessionDirectory, SessionRecord } from '@sojourn/core'
import { parse } from 'bowser'
import type { Request } from 'express'
import type {} from './session-data.ts'

/** What a session remembers of where its user signed in. */
export interface Device {
  readonly browser: string
  readonly system: string
  readonly address: string
  /** Milliseconds since the epoch. */
  readonly signedInAt: number
}

export interface DeviceInUse extends Device {
  /** The public id of its session. */
  readonly sessionId: string
  readonly isThisOne: boolean
  /** Milliseconds since the epoch. No later than it was; too early for a session within `idleMs` of its deadline. */
  readonly lastSeenAt: number
}

export function describeDevice(req: Request, signedInAt: number): Device {
  const { browser, os } = parse(req.get('User-Agent') || 'unknown')
  return {
    browser: browser.name || 'Unknown browser',
    system: os.name || 'unknown system',
    address: req.ip ?? 'unknown address',
    signedInAt,
  }
}

/** The devices of `userId`: the one of `thisSessionId` first, then the last seen. */
export async function listDevices(
  directory: SessionDirectory,
  userId: string,
  thisSessionId: string,
  idleMs: number,
): Promise<DeviceInUse[]> {
  const records = await directory.list(userId)
  return records
    .map(record => ({
      ...deviceOf(record),
      sessionId: record.id,
      isThisOne: record.id === thisSessionId,
      lastSeenAt: record.expiresAt - idleMs, // a touch moves the idle expiry to idleMs from then
    }))
    .sort((a, b) => Number(b.isThisOne) - Number(a.isThisOne) || b.lastSeenAt - a.lastSeenAt)
}

function deviceOf({ data, createdAt }: SessionRecord): Device {
  const { device } = JSON.parse(data) as Partial<SessionData>
  return (
    device ?? {
      browser: 'Unknown browser',
      system: 'unknown system',
      address: 'unknown address',
      signedInAt: createdAt,
    }
  )
}
