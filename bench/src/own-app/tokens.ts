import type { Browser, Page } from './browser.ts'
import { readForms, readMetaToken } from './html-form.ts'

/** What proves that a page was read: the hidden fields of its form that posts to `target`, and tokens for scripts. */
export interface Tokens {
  /** Whether the page has that form. */
  readonly isFound: boolean
  readonly hidden: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
}

export function readTokens(
  browser: Browser,
  { body, path }: Pick<Page, 'body' | 'path'>,
  target: string,
): Tokens {
  const { pathname } = browser.urlOf(target)
  const form = readForms(body, browser.urlOf(path)).find(
    ({ action }) => browser.isOfApplication(action) && action.pathname === pathname,
  )
  const cookie = (name: string) => browser.jar.cookies.find(cookie => cookie.name === name)?.value
  const [meta, xsrf, django] = [readMetaToken(body), cookie('XSRF-TOKEN'), cookie('csrftoken')]
  return {
    isFound: form !== undefined,
    hidden: new URLSearchParams(form?.hidden.map(([name, value]) => [name, value])),
    headers: {
      ...(meta !== null && { 'x-csrf-token': meta }),
      ...(xsrf !== undefined && { 'x-xsrf-token': decodeURIComponent(xsrf) }),
      ...(django !== undefined && { 'x-csrftoken': django }),
    },
  }
}
