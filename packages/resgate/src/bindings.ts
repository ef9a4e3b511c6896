import { readCookies } from '@sojourn/core'
import { type AuthRequest, cookieHeaderOf } from './requests.ts'
import type { ServiceContext } from './service-context.ts'

/** How many cookies of the second credential's name are tried: another host of the domain may set one, too. */
const maxBindings = 5

/** The second credentials that the client connected with. */
export function readBindings({ settings }: ServiceContext, request: AuthRequest): string[] {
  return settings.bind === null
    ? []
    : readCookies(cookieHeaderOf(request), settings.bind)
        .filter(value => value !== '')
        .slice(0, maxBindings)
}
