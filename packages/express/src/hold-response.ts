import type { OutgoingHttpHeader, ServerResponse } from 'node:http'

type Method = (...args: unknown[]) => unknown

/**
 * Runs `settle` before the headers go out, and again before the answer ends. While it takes time, what the
 * handler writes is held back, in order. If it fails, what is held is dropped, and `fail` is to answer.
 */
export function holdResponse(
  res: ServerResponse,
  settle: () => undefined | Promise<void>,
  fail: (error: unknown) => void,
): void {
  const { writeHead, flushHeaders, write, end } = res as unknown as Record<string, Method>
  let held: (() => void)[] | null = null
  let headersSettled = false

  function settleThen(call: () => void): void {
    if (held !== null) return void held.push(call)
    let settling: undefined | Promise<void>
    try {
      settling = settle()
    } catch (error) {
      return refuse(error)
    }
    if (settling === undefined) {
      headersSettled = true
      return call()
    }
    held = [call]
    settling.then(release, refuse)
  }

  function release(): void {
    const calls = held ?? []
    held = null
    for (const call of calls) settleThen(call)
    if (held === null && !res.writableEnded && !res.writableNeedDrain) res.emit('drain')
  }

  function refuse(error: unknown): void {
    Object.assign(res, { writeHead, flushHeaders, write, end })
    if (!res.headersSent) forgetContent(res)
    fail(error)
  }

  Object.assign(res, {
    writeHead(...args: unknown[]) {
      // Node calls this itself on the way to the first byte, and then it must not wait.
      if (headersSettled) return writeHead?.apply(res, args)
      const rest = takeHeaders(res, args)
      settleThen(() => writeHead?.apply(res, rest))
      return res
    },
    flushHeaders() {
      settleThen(() => flushHeaders?.apply(res))
    },
    write(...args: unknown[]) {
      if (res.headersSent && held === null) return write?.apply(res, args)
      let flowing: unknown = false
      settleThen(() => {
        flowing = write?.apply(res, args)
      })
      return flowing
    },
    end(...args: unknown[]) {
      settleThen(() => end?.apply(res, args))
      return res
    },
  })
}

/** Sets the headers given to `writeHead`, which would replace a cookie that is set later; returns its other arguments. */
function takeHeaders(res: ServerResponse, args: unknown[]): unknown[] {
  const headers = args.find(arg => typeof arg === 'object' && arg !== null)
  if (headers === undefined) return args
  const pairs = Array.isArray(headers) ? pairUp(headers.flat()) : Object.entries(headers)
  for (const [name, value] of pairs as [string, OutgoingHttpHeader | undefined][]) {
    if (value !== undefined) res.setHeader(name, value)
  }
  return args.filter(arg => arg !== headers)
}

function pairUp(flat: unknown[]): unknown[][] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : []))
}

/** Makes room for an error page: what was said of the content that is not sent does not hold for it. */
function forgetContent(res: ServerResponse): void {
  res.statusCode = 500
  for (const name of res.getHeaderNames()) {
    const isOfContent = name.startsWith('content-') && !name.startsWith('content-security-')
    if (isOfContent || ['etag', 'last-modified', 'location', 'cache-control'].includes(name))
      res.removeHeader(name)
  }
}
