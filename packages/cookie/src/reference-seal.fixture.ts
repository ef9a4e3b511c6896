import { createCipheriv, hkdfSync } from 'node:crypto'

/** docs/sealed-cookie.md, followed word by word. */
export function sealByTheBook(
  secret: string,
  cookieName: string,
  salt: Buffer,
  count: number,
  plain: Buffer,
): string {
  const key = Buffer.from(hkdfSync('sha256', secret, salt, 'sojourn session cookie', 32))
  const counted = Buffer.from([count >>> 16, count >>> 8, count])
  const nonce = Buffer.concat([Buffer.alloc(9), counted])
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(`sojourn session cookie 1 ${cookieName}`))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([Buffer.from([1]), salt, counted, sealed, cipher.getAuthTag()]).toString('base64url')
}
