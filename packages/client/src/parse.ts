/** Null if it is no JSON. */
// biome-ignore lint/suspicious/noExplicitAny: JSON that its callers check.
export function parse(text: unknown): any {
  try {
    return JSON.parse(text as string)
  } catch {
    return null
  }
}
