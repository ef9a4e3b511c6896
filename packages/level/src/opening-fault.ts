import { SessionError } from '@sojourn/core'

/** Says why LevelDB could not open the folder, and what to do. */
export function explainOpening(location: string, fault: Error): SessionError {
  const cause = fault.cause instanceof Error ? fault.cause : fault
  const remedy = remedies['code' in cause ? String(cause.code) : ''] ?? unknown
  const message = `The sessions in the folder ${location} cannot be opened: ${remedy} (${cause.message})`
  return new SessionError('store_unavailable', message, { cause })
}

const remedies: { readonly [code: string]: string } = {
  LEVEL_LOCKED:
    'it is open already, and LevelDB serves one process at a time. End the other one, or give each a folder of its own.',
  LEVEL_CORRUPTION:
    'it is damaged. Restore it from a backup, try `ClassicLevel.repair(location)` of classic-level, or move it away, which signs everybody out.',
}

const unknown = 'this process must be able to make the folder, and to write to all files in it.'
