import { invalidParams } from './res-error.ts'

/** What a gateway says of the client with an auth request. All of it may be missing, but for `cid`. */
export interface AuthRequest {
  readonly cid: string
  /** What the connection holds, of whichever service. */
  readonly token: unknown
  readonly params: unknown
  /** By canonical name, such as `Cookie`. */
  readonly header: Readonly<Record<string, readonly string[]>>
  /** Such as `192.0.2.1:60732`; of a proxy, where there is one. */
  readonly remoteAddr: string
}

/** A part of a NATS subject that is no wildcard. */
const cidPattern = /^[\w-]{1,64}$/
/** Of attempt ids, as relogin keys take them. */
const attemptPattern = /^[\w-]{1,64}$/
const maxNameLength = 1024

/** @throws {ResError} `system.invalidParams` */
export function readRequest(payload: Uint8Array): AuthRequest {
  const { cid, token = null, params = null, header, remoteAddr } = parse(payload)
  if (typeof cid !== 'string' || !cidPattern.test(cid)) throw invalidParams()
  return {
    cid,
    token,
    params,
    header: isObject(header) ? (header as AuthRequest['header']) : {},
    remoteAddr: typeof remoteAddr === 'string' ? remoteAddr : '',
  }
}

function parse(payload: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload))
    if (isObject(value)) return value
  } catch {
    // As anything else that is no object.
  }
  throw invalidParams()
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @throws {ResError} `system.invalidParams` */
export function readCid(subject: string): string {
  const cid = subject.slice(subject.lastIndexOf('.') + 1)
  if (!cidPattern.test(cid)) throw invalidParams()
  return cid
}

/** @throws {ResError} `system.invalidParams` */
export function readLogin({ params }: AuthRequest): { readonly username: string; readonly password: string } {
  const { username, password } = isObject(params) ? params : {}
  if (!isName(username) || !isName(password)) throw invalidParams()
  return { username, password }
}

const isName = (value: unknown): value is string => typeof value === 'string' && value.length <= maxNameLength

/** @throws {ResError} `system.invalidParams` */
export function readRelogin({ params }: AuthRequest): {
  readonly reloginKey: string
  readonly attempt: string | null
} {
  const { reloginKey, attempt = null } = isObject(params) ? params : {}
  if (typeof reloginKey !== 'string') throw invalidParams()
  if (attempt !== null && !(typeof attempt === 'string' && attemptPattern.test(attempt)))
    throw invalidParams()
  return { reloginKey, attempt }
}

/** The session that a token of ours names. */
export function sessionIdOf(token: unknown): string | null {
  const { sid } = isObject(token) ? token : {}
  return typeof sid === 'string' ? sid : null
}

/** All values of `Cookie`, as one. */
export function cookieHeaderOf({ header }: AuthRequest): string {
  const { Cookie } = header
  return Array.isArray(Cookie) ? Cookie.filter(value => typeof value === 'string').join('; ') : ''
}
