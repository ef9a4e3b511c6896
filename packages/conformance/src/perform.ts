import type { LiveSession, Session } from '@sojourn/core'

/** What visitors ask of the app under test. Plain JSON, so that any transport can carry it. */
export type Action =
  | { readonly do: 'view' }
  | { readonly do: 'put'; readonly key: string; readonly value: unknown }
  /** Changes an array in place: only the nested value tells that something changed. */
  | { readonly do: 'append'; readonly key: string; readonly value: unknown }
  | { readonly do: 'delete'; readonly key: string }
  /** Stores what JSON cannot carry. */
  | { readonly do: 'put-function'; readonly key: string }
  | { readonly do: 'sign-in'; readonly userId: string }
  | { readonly do: 'sign-out'; readonly everywhere?: boolean }
  | { readonly do: 'regenerate' }
  /** Waits at the app's gate. */
  | { readonly do: 'wait' }
  /** Throws an error with the code `app_failed`. */
  | { readonly do: 'fail' }

/** The session, as the app has it at the end of the actions. */
export interface View {
  readonly userId: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** Whatever a transport hangs the session on: a request, a connection. `regenerate` puts another one in its place. */
export interface SessionHolder {
  readonly session: LiveSession
}

/** The app under test: does the actions of one request or message in order, and answers with what it then sees. */
export type Perform = (holder: SessionHolder, actions: readonly Action[]) => Promise<View>

type AnySession = Session<Record<string, unknown>>

export function createPerform(gate: { pass(): Promise<void> }): Perform {
  async function perform(holder: SessionHolder, action: Action): Promise<void> {
    const session = holder.session as AnySession
    switch (action.do) {
      case 'view':
        return
      case 'put':
        session[action.key] = action.value
        return
      case 'append':
        return void (session[action.key] as unknown[]).push(action.value)
      case 'delete':
        return void delete session[action.key]
      case 'put-function':
        session[action.key] = () => 'what JSON cannot carry'
        return
      case 'sign-in':
        return session.signIn(action.userId)
      case 'sign-out':
        return session.signOut({ everywhere: action.everywhere ?? false })
      case 'regenerate':
        return session.regenerate()
      case 'wait':
        return gate.pass()
      case 'fail':
        throw Object.assign(new Error('The app failed, as it was asked to.'), { code: 'app_failed' })
    }
  }

  return async (holder, actions) => {
    for (const action of actions) await perform(holder, action)
    const session = holder.session as AnySession
    return { userId: session.userId, data: { ...session } }
  }
}
