import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Credential, Instruction, Session } from '@sojourn/core'

/** What is used of a request of Express 4 or 5. */
export interface SessionRequest extends IncomingMessage {
  readonly secure: boolean
  readonly originalUrl: string
  readonly app: { get(setting: string): unknown }
  accepts(types: string[]): string | false
  session?: Session
}

/** Where in requests and answers the credential travels. */
export interface CredentialSlot {
  /** Whether browsers send it by themselves, so that other sites can make them do so. */
  readonly isAmbient: boolean
  read(req: SessionRequest): Credential[]
  /** Throws `insecure_connection` where no credential may travel. */
  assertUsable(req: SessionRequest): void
  write(req: SessionRequest, res: ServerResponse, instruction: Exclude<Instruction, { do: 'keep' }>): void
}
