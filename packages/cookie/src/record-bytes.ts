import { SessionError, type SessionRecord } from '@sojourn/core'

const idBytes = 16
/** Bits of the first byte: what there is, beyond what there always is. */
const hasUser = 1
const hasRotated = 2
const hasOtherId = 4

/**
 * A record as bytes: docs/sealed-cookie.md describes them. Without `version`, which nobody compares, and `attempts`,
 * which only one-time keys have.
 *
 * @throws {SessionError} `invalid_option` for an id or a user that UTF-8 cannot carry
 */
export function encodeRecord(record: SessionRecord): Buffer {
  const { id, userId, data, createdAt, deadline, expiresAt, generation, rotatedAt } = record
  const packedId = Buffer.from(id, 'base64url')
  const isPacked = packedId.length === idBytes && packedId.toString('base64url') === id
  const isRotated = generation > 0 || rotatedAt !== createdAt
  const head = [(userId === null ? 0 : hasUser) + (isRotated ? hasRotated : 0) + (isPacked ? 0 : hasOtherId)]
  putNumber(head, createdAt)
  putNumber(head, deadline - createdAt)
  putNumber(head, expiresAt - createdAt)
  if (isRotated) {
    putNumber(head, generation)
    putNumber(head, rotatedAt - createdAt)
  }
  const idText = isPacked ? packedId : withLength(id)
  const userText = userId === null ? empty : withLength(userId)
  const members = Buffer.from(data.trim().slice(1, -1), 'utf8')
  return Buffer.concat([Buffer.from(head), idText, userText, members])
}

/** What `encodeRecord` made of a record, as its first version. */
export function decodeRecord(bytes: Buffer): SessionRecord {
  const reader = new Reader(bytes)
  const has = reader.byte()
  const createdAt = reader.number()
  const deadline = createdAt + reader.number()
  const expiresAt = createdAt + reader.number()
  const generation = has & hasRotated ? reader.number() : 0
  const rotatedAt = createdAt + (has & hasRotated ? reader.number() : 0)
  const id = has & hasOtherId ? reader.text(reader.number(), 'utf8') : reader.text(idBytes, 'base64url')
  const userId = has & hasUser ? reader.text(reader.number(), 'utf8') : null
  const data = `{${reader.text(bytes.length, 'utf8')}}`
  const times = { createdAt, deadline, expiresAt, rotatedAt }
  return { id, userId, data, ...times, version: 1, generation, attempts: [] }
}

const empty = Buffer.alloc(0)

function withLength(text: string): Buffer {
  if (!text.isWellFormed()) {
    throw new SessionError(
      'invalid_option',
      'The user id and the session id must be well-formed Unicode to go into a sealed cookie.',
    )
  }
  const bytes = Buffer.from(text, 'utf8')
  const length: number[] = []
  putNumber(length, bytes.length)
  return Buffer.concat([Buffer.from(length), bytes])
}

/** Seven bits a byte, the lowest first, the eighth set but in the last; the sign is the lowest bit of all. */
function putNumber(bytes: number[], number: number): void {
  let rest = number < 0 ? -2 * number - 1 : 2 * number
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  bytes.push(rest)
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0
  }

  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
  }

  text(length: number, encoding: 'utf8' | 'base64url'): string {
    const start = this.#at
    this.#at = start + length
    return this.#bytes.toString(encoding, start, this.#at)
  }
}
