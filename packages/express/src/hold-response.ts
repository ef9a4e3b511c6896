import type { ServerResponse } from 'node:http'

type Method = (...args: unknown[]) => unknown

/**
 * Runs `settle` before the headers go out, and again before the answer ends. While it takes time, what the handler
 * writes is held back, in order, and the answer looks as if its headers were sent. What `settle` resolves to is
 * called when they can be changed again. If anything fails, what is held is dropped, and `fail` is to answer.
 */
export function holdResponse(
  res: ServerResponse,
  settle: () => undefined | Promise<() => void>,
  fail: (error: unknown) => void,
): void {
  const { writeHead, flushHeaders, write, end } = res as unknown as Record<string, Method>
  let held: (() => void)[] | null = null
  let endHeld = false
  let thaw = () => {}
  let isRefused = false
  let headersSettled = false

  function settleThen(call: () => void): void {
    if (isRefused) return
    if (held !== null) return void held.push(call)
    let settling: undefined | Promise<() => void>
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
    thaw = freezeHead(res)
    settling.then(release).catch(refuse)
  }

  function release(deliver: () => void): void {
    const calls = held ?? []
    held = null
    endHeld = false
    thaw()
    deliver()
    for (const call of calls) settleThen(call)
    if (held === null && !isRefused && !res.writableEnded && !res.writableNeedDrain) res.emit('drain')
  }

  function refuse(error: unknown): void {
    isRefused = true
    Object.assign(res, { writeHead, flushHeaders, write, end })
    if (held !== null) thaw()
    // The handler may go on to write where the error page has ended.
    res.on('error', () => {})
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
      if (endHeld) return false
      if (held === null && res.headersSent) return write?.apply(res, args)
      let flowing: unknown = false
      settleThen(() => {
        flowing = write?.apply(res, args)
      })
      return flowing
    },
    end(...args: unknown[]) {
      if (endHeld) return res
      settleThen(() => end?.apply(res, args))
      endHeld = held !== null
      return res
    },
  })
}

/** What `headersSent`, `setHeader` and many a middleware go by. Not in Node's documentation, and as old as Node. */
interface Head {
  _header: string | null
}
const heldHead = 'held back while the session is saved'

/** Whether the head is really on its way, and not only held. */
export const isHeadSent = (res: ServerResponse): boolean =>
  res.headersSent && (res as unknown as Head)._header !== heldHead

/** Makes the head look sent, so that nothing changes it. Returns how to undo that. */
function freezeHead(res: ServerResponse): () => void {
  if (res.headersSent) return () => {}
  const { statusCode, statusMessage } = res
  const head = res as unknown as Head
  head._header = heldHead
  return () => {
    head._header = null
    Object.assign(res, { statusCode, statusMessage })
  }
}

/** Sets the headers given to `writeHead`, which would replace a cookie that is set later; returns its other arguments. */
function takeHeaders(res: ServerResponse, args: unknown[]): unknown[] {
  const headers = args.find(arg => typeof arg === 'object' && arg !== null)
  if (headers === undefined) return args
  if (Array.isArray(headers)) {
    const pairs = pairUp(headers)
    for (const [name] of pairs) res.removeHeader(name)
    for (const [name, value] of pairs) res.appendHeader(name, value)
  } else {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) res.setHeader(name, value)
  }
  return args.filter(arg => arg !== headers)
}

/** Node takes `[name, value, …]` and `[[name, value], …]`. */
function pairUp(headers: unknown[]): [string, string | string[]][] {
  if (Array.isArray(headers[0])) return headers as [string, string][]
  return headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name, headers[index + 1]] as [string, string]] : [],
  )
}

/** Makes room for an error page: what was said of the content that is not sent does not hold for it. */
function forgetContent(res: ServerResponse): void {
  Object.assign(res, { statusCode: 500, statusMessage: undefined })
  for (const name of res.getHeaderNames()) {
    const isOfContent = name.startsWith('content-') && !name.startsWith('content-security-')
    if (isOfContent || ['etag', 'last-modified', 'location', 'cache-control'].includes(name))
      res.removeHeader(name)
  }
}
