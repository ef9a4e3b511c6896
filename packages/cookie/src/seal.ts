import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { checkSecrets, type Secret } from '@sojourn/core'

const format = 1
const saltBytes = 12
const countBytes = 3
const headBytes = 1 + saltBytes + countBytes
const tagBytes = 16
/** Node takes no longer header, unless it is told to. */
const maxLength = 16_384
/** A count has room for twice as many. */
const sealsPerSalt = 2 ** 23
/** Salts of other processes, or of earlier ones, whose keys are at hand: 300 bytes each. */
const maxKnown = 1024

interface SaltedKey {
  readonly salt: Buffer
  readonly key: KeyObject
  readonly secret: 'current' | 'old'
}

export interface Opened {
  readonly plain: Buffer
  /** Which secret sealed it: the first, or another. */
  readonly secret: 'current' | 'old'
}

/**
 * Seals bytes with AES-256-GCM into text that nobody can read or change without a secret, and that is worthless under
 * another cookie name. docs/sealed-cookie.md describes it.
 *
 * A nonce never comes twice under one key: each seal draws a salt, derives its key from the secret and that salt, and
 * counts. Of the salts of 1,000 processes that each seal 10,000 times a second for ten years, two are
 * alike with a probability of 2^-40.
 */
export class Seal {
  readonly #secrets: readonly Uint8Array[]
  readonly #associated: Buffer
  readonly #sealsPerSalt: number
  /** Only those that opened something: the salts of forged cookies push nothing out. */
  readonly #known = new Map<string, SaltedKey>()
  #own: SaltedKey
  #count = 0

  /** @throws {SessionError} `weak_secret` */
  constructor(secrets: readonly Secret[], cookieName: string, renewAfter = sealsPerSalt) {
    this.#secrets = checkSecrets(secrets)
    this.#associated = Buffer.from(`sojourn session cookie ${format} ${cookieName}`, 'utf8')
    this.#sealsPerSalt = renewAfter
    this.#own = this.#derive(randomBytes(saltBytes), 0)
  }

  seal(plain: Buffer): string {
    if (this.#count === this.#sealsPerSalt) {
      this.#own = this.#derive(randomBytes(saltBytes), 0)
      this.#count = 0
    }
    const { salt, key } = this.#own
    const head = Buffer.alloc(headBytes)
    head[0] = format
    salt.copy(head, 1)
    head.writeUIntBE(this.#count++, 1 + saltBytes, countBytes)
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(head)).setAAD(this.#associated)
    return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    )
  }

  /** Null for anything that was not sealed under this name, with one of these secrets. */
  open(sealed: string): Opened | null {
    if (sealed.length > maxLength) return null
    const bytes = Buffer.from(sealed, 'base64url')
    if (bytes.length < headBytes + tagBytes || bytes[0] !== format) return null
    // Several texts may mean the same bytes: only the one that we made is ours.
    if (bytes.toString('base64url') !== sealed) return null
    const salt = bytes.subarray(1, 1 + saltBytes)
    const saltText = salt.toString('latin1')
    const known = this.#known.get(saltText)
    if (known !== undefined) return this.#openWith(known, bytes)
    for (const index of this.#secrets.keys()) {
      const salted = this.#derive(Buffer.from(salt), index)
      const opened = this.#openWith(salted, bytes)
      if (opened === null) continue
      this.#remember(saltText, salted)
      return opened
    }
    return null
  }

  #openWith({ key, secret }: SaltedKey, bytes: Buffer): Opened | null {
    const tagAt = bytes.length - tagBytes
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(bytes))
    decipher.setAAD(this.#associated).setAuthTag(bytes.subarray(tagAt))
    const plain = decipher.update(bytes.subarray(headBytes, tagAt))
    try {
      decipher.final()
      return { plain, secret }
    } catch {
      return null
    }
  }

  #derive(salt: Buffer, index: number): SaltedKey {
    const key = hkdfSync('sha256', this.#secrets[index] as Uint8Array, salt, 'sojourn session cookie', 32)
    return { salt, key: createSecretKey(new Uint8Array(key)), secret: index === 0 ? 'current' : 'old' }
  }

  #remember(saltText: string, salted: SaltedKey): void {
    if (this.#known.size >= maxKnown) this.#known.delete(this.#known.keys().next().value as string)
    this.#known.set(saltText, salted)
  }
}

/** How long the text of so many bytes is. */
export const sealedLength = (plainBytes: number): number =>
  Math.ceil(((headBytes + plainBytes + tagBytes) * 4) / 3)

/** 12 bytes, of which the count is the last. */
function nonceOf(bytes: Buffer): Buffer {
  const nonce = Buffer.alloc(12)
  bytes.copy(nonce, nonce.length - countBytes, 1 + saltBytes, headBytes)
  return nonce
}
