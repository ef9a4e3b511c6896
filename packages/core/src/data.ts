import { SessionError } from './errors.ts'

const maxDepth = 100

export type Data = Record<string, unknown>

/** Null unless `text` is a JSON object. */
export function parseData(text: string): Data | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return value as Data
}

/** Without a prototype, so that no key has a meaning of its own. */
export const copyData = (value: object): Data => Object.assign(Object.create(null), value)

/** @throws {SessionError} `not_json` if the text would hold less than `data` does */
export function stringifyData(data: object): string {
  try {
    const loss = findLossInKeys(data, 0)
    if (loss === null) return JSON.stringify(data)
    throw notJson(loss)
  } catch (error) {
    if (error instanceof SessionError) throw error
    throw notJson(`: ${(error as Error).message}`, error) // from somebody's toJSON
  }
}

/**
 * What `theirs` becomes when only the keys that changed from `base` to `mine` are applied to it. A key changed
 * on both sides is mine: this save is the later one. What is the same in `mine` is the very object from there, so
 * that who holds it can go on changing it.
 */
export function mergeData(base: object, mine: object, theirs: object): Data {
  const [before, after, merged] = [copyData(base), copyData(mine), copyData(theirs)]
  for (const key of new Set([...Object.keys(merged), ...Object.keys(before), ...Object.keys(after)])) {
    if (isSame(before[key], after[key]) && !isSame(merged[key], after[key])) continue
    if (after[key] === undefined) delete merged[key]
    else merged[key] = after[key]
  }
  return merged
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Of the text of a JSON object, for messages: `"cart", which has 5120 bytes`. */
export function describeBiggestKey(text: string): string {
  const sizes = Object.entries(parseData(text) ?? {}).map(([key, value]) => ({
    key,
    bytes: Buffer.byteLength(JSON.stringify(value)),
  }))
  const biggest = sizes.reduce((a, b) => (b.bytes > a.bytes ? b : a), { key: '', bytes: 0 })
  return `${JSON.stringify(biggest.key)}, which has ${biggest.bytes} bytes`
}

/** The path of, and the word for, the first thing in `value` that JSON would drop or turn into another. */
function findLoss(value: unknown, depth: number): string | null {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return null
  if (typeof value === 'number') return Number.isFinite(value) ? null : ` is ${value}`
  if (typeof value !== 'object') return ` is of type ${typeof value}`
  if (depth > maxDepth) return ' is a cycle, or nested too deeply'
  if (value instanceof Date && Number.isNaN(value.getTime())) return ' is an invalid date'
  if ('toJSON' in value && typeof value.toJSON === 'function') return findLoss(value.toJSON(), depth + 1)
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const loss = findLoss(value[index], depth + 1)
      if (loss !== null) return `[${index}]${loss}`
    }
    return null
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return ` is a ${prototype.constructor?.name ?? 'class instance'}`
  }
  return findLossInKeys(value, depth)
}

function findLossInKeys(value: object, depth: number): string | null {
  const [symbol] = Object.getOwnPropertySymbols(value)
  if (symbol !== undefined) return `[${String(symbol)}] is named by a symbol`
  for (const key of Object.keys(value)) {
    const child = (value as Data)[key]
    if (child === undefined) continue
    const loss = findLoss(child, depth + 1)
    if (loss !== null) return `.${key}${loss}`
  }
  return null
}

function notJson(loss: string, cause?: unknown): SessionError {
  return new SessionError(
    'not_json',
    `session${loss}, which JSON cannot carry: store plain objects, arrays, text, finite numbers, booleans, null.`,
    { cause },
  )
}
