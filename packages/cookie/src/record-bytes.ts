import { SessionError, type SessionRecord } from '@sojourn/core'

/**
 * A record as bytes, without `attempts`, which only one-time keys have: six numbers, the id, the user, and then the data
 * as it is. docs/sealed-cookie.md describes them.
 *
 * @throws {SessionError} `invalid_option` for an id or a user that UTF-8 cannot carry
 */
export function encodeRecord(record: SessionRecord): Buffer {
  const { id, userId, data, createdAt, deadline, expiresAt, version, generation, rotatedAt } = record
  const head: number[] = []
  for (const number of [version, generation, createdAt]) putNumber(head, number)
  for (const time of [rotatedAt, deadline, expiresAt]) putNumber(head, time - createdAt)
  const packed = Buffer.from(id, 'base64url')
  const isPacked = packed.toString('base64url') === id
  const idBytes = isPacked ? packed : toUtf8(id)
  putNumber(head, isPacked ? idBytes.length : -idBytes.length)
  const userBytes = userId === null ? Buffer.alloc(0) : toUtf8(userId)
  const foot: number[] = []
  putNumber(foot, userId === null ? -1 : userBytes.length)
  return Buffer.concat([Buffer.from(head), idBytes, Buffer.from(foot), userBytes, Buffer.from(data, 'utf8')])
}

/** What `encodeRecord` made of a record. */
export function decodeRecord(bytes: Buffer): SessionRecord {
  const reader = new Reader(bytes)
  const version = reader.number()
  const generation = reader.number()
  const createdAt = reader.number()
  const rotatedAt = createdAt + reader.number()
  const deadline = createdAt + reader.number()
  const expiresAt = createdAt + reader.number()
  const idLength = reader.number()
  const id = idLength < 0 ? reader.text(-idLength, 'utf8') : reader.text(idLength, 'base64url')
  const userLength = reader.number()
  const userId = userLength < 0 ? null : reader.text(userLength, 'utf8')
  const data = reader.text(bytes.length, 'utf8')
  return {
    id,
    userId,
    data,
    createdAt,
    deadline,
    expiresAt,
    version,
    generation,
    rotatedAt,
    attempts: [],
  }
}

function toUtf8(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  throw new SessionError(
    'invalid_option',
    'A user id that goes into a sealed cookie must be well-formed Unicode.',
  )
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

  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++] ?? 0
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
