import type { CredentialSlot } from './slot.ts'

/**
 * The credential in `Authorization: Bearer …`, for clients that are no browsers. A new one comes in the answer's
 * `Session-Credential` header; the header is empty when the client must forget the one it holds.
 */
export function createBearerSlot(): CredentialSlot {
  return {
    isAmbient: false,

    read(req) {
      const [, credential] = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '') ?? []
      return credential === undefined ? [] : [credential]
    },

    assertUsable() {},

    write(_req, res, instruction) {
      res.setHeader('Session-Credential', instruction.do === 'set' ? instruction.credential : '')
      res.setHeader('Cache-Control', 'no-store')
    },
  }
}
