import type { Credential, Instruction, LiveSession } from '@sojourn/core'
import type { Broken } from './broken.ts'
import type { Action, SessionHolder } from './perform.ts'
import { type Client, inProcess, ReferenceTransport } from './reference-transport.ts'
import type { Answer, TransportHarness } from './transport.ts'

export const brokenTransports: readonly Broken<TransportHarness>[] = [
  {
    name: 'answers before the save',
    breaks: ['answers once the session is saved, and no sooner'],
    harness: inProcess(
      class extends ReferenceTransport {
        override async answer(client: Client, actions: readonly Action[]): Promise<Answer> {
          const holder = await this.open(client.credential)
          const view = await this.options.perform(holder, actions)
          const committed = this.commit(holder.session).then(instruction => this.follow(client, instruction))
          if (client.credential === null) await committed
          return { ok: true, view }
        }
      },
    ),
  },
  {
    name: 'delivers no credential',
    breaks: ['gives a credential with the first thing stored, and knows the visitor by it'],
    harness: inProcess(
      class extends ReferenceTransport {
        override follow(client: Client, instruction: Instruction): void {
          if (instruction.do !== 'set') super.follow(client, instruction)
        }
      },
    ),
  },
  {
    name: 'delivers the first credential only',
    breaks: [
      'replaces the credential at sign-in, keeps the data, and takes the old one for nobody’s',
      'ends the session of the user before, when another signs in',
      'replaces a credential that is not good by the first one it gives',
    ],
    harness: inProcess(
      class extends ReferenceTransport {
        override follow(client: Client, instruction: Instruction): void {
          if (client.credential === null || instruction.do !== 'set') super.follow(client, instruction)
        }
      },
    ),
  },
  {
    name: 'never clears a credential',
    breaks: [
      'makes a visitor who signs out forget its credential, and a copy of it is worthless',
      'regenerates: the old session ends, and nothing is given until something is stored',
    ],
    harness: inProcess(
      class extends ReferenceTransport {
        override follow(client: Client, instruction: Instruction): void {
          if (instruction.do !== 'clear') super.follow(client, instruction)
        }
      },
    ),
  },
  {
    name: 'clears a credential at sign-out, whether or not the session ends',
    breaks: ['answers store_unavailable when a sign-out fails, and the visitor can try again'],
    harness: inProcess(
      class extends ReferenceTransport {
        override async answer(client: Client, actions: readonly Action[]): Promise<Answer> {
          const answer = await super.answer(client, actions)
          if (actions.some(action => action.do === 'sign-out')) client.credential = null
          return answer
        }
      },
    ),
  },
  {
    name: 'clears a credential that is not good',
    breaks: ['takes a credential that is not good for nobody’s, and leaves it where it is'],
    harness: inProcess(
      class extends ReferenceTransport {
        override async answer(client: Client, actions: readonly Action[]): Promise<Answer> {
          const { session } = await this.open(client.credential)
          if (session.createdAt === null) client.credential = null
          return super.answer(client, actions)
        }
      },
    ),
  },
  {
    name: 'takes an error back with the credential',
    breaks: [
      'answers store_unavailable while the store cannot be read, and lets nobody in',
      'answers store_unavailable when a later save fails, and leaves credential and session as they were',
    ],
    harness: inProcess(
      class extends ReferenceTransport {
        override async answer(client: Client, actions: readonly Action[]): Promise<Answer> {
          const answer = await super.answer(client, actions)
          if (!answer.ok) client.credential = null
          return answer
        }
      },
    ),
  },
  {
    name: 'swallows what fails at the save',
    breaks: [
      'answers store_unavailable when the first save fails, and gives no credential',
      'answers store_unavailable when a later save fails, and leaves credential and session as they were',
      'answers not_json to data that JSON cannot carry, and stores nothing of it',
    ],
    harness: inProcess(
      class extends ReferenceTransport {
        override async commit(session: LiveSession): Promise<Instruction> {
          return super.commit(session).catch(() => ({ do: 'keep' }))
        }
      },
    ),
  },
  {
    name: 'takes everybody for anonymous while the store fails',
    breaks: ['answers store_unavailable while the store cannot be read, and lets nobody in'],
    harness: inProcess(
      class extends ReferenceTransport {
        override async open(credential: Credential | null): Promise<SessionHolder> {
          return super.open(credential).catch(() => super.open(null))
        }
      },
    ),
  },
  {
    name: 'hides the codes of errors',
    breaks: ['answers an app that fails with its error, and the session goes on'],
    harness: inProcess(
      class extends ReferenceTransport {
        override async answer(client: Client, actions: readonly Action[]): Promise<Answer> {
          const answer = await super.answer(client, actions)
          return answer.ok ? answer : { ok: false, code: 'internal' }
        }
      },
    ),
  },
  {
    name: 'opens one session for all who come without a credential',
    breaks: ['keeps visitors in parallel apart'],
    harness: inProcess(
      class extends ReferenceTransport {
        #anonymous: Promise<SessionHolder> | undefined

        override async open(credential: Credential | null): Promise<SessionHolder> {
          if (credential !== null) return super.open(credential)
          this.#anonymous ??= super.open(null)
          return this.#anonymous
        }
      },
    ),
  },
  {
    name: 'keeps the session of a credential, and opens it no more',
    breaks: [
      'ends a session that is not used for long enough',
      'ends a session at its deadline, however much it is used',
      'signs a user out everywhere, and nobody else',
    ],
    harness: inProcess(
      class extends ReferenceTransport {
        readonly #opened = new Map<string, Promise<SessionHolder>>()

        override async open(credential: Credential | null): Promise<SessionHolder> {
          if (credential === null) return super.open(null)
          const opened = this.#opened.get(credential) ?? super.open(credential)
          this.#opened.set(credential, opened)
          return opened
        }
      },
    ),
  },
  {
    name: 'turns away who comes while the session is in use',
    breaks: ['keeps what visitors in parallel put into one session under different keys'],
    harness: inProcess(
      class extends ReferenceTransport {
        readonly #inUse = new Set<string>()

        override async answer(client: Client, actions: readonly Action[]): Promise<Answer> {
          const { credential } = client
          if (credential === null) return super.answer(client, actions)
          if (this.#inUse.has(credential)) return { ok: false, code: 'conflict' }
          this.#inUse.add(credential)
          return super.answer(client, actions).finally(() => this.#inUse.delete(credential))
        }
      },
    ),
  },
  {
    name: 'stores in a new session what came too late for the old one',
    breaks: ['does not bring back a session that ended while an action went on'],
    harness: inProcess(
      class extends ReferenceTransport {
        override async commit(session: LiveSession): Promise<Instruction> {
          const data = { ...session }
          const instruction = await super.commit(session)
          Object.assign(session, data)
          return instruction.do === 'keep' ? super.commit(session) : instruction
        }
      },
    ),
  },
  {
    name: 'ignores the new session of regenerate',
    breaks: ['stores what is put after an end into a session of its own'],
    harness: inProcess(
      class extends ReferenceTransport {
        override replace(): void {}
      },
    ),
  },
  {
    name: 'commits twice, and follows the second instruction',
    breaks: ['gives a credential with the first thing stored, and knows the visitor by it'],
    harness: inProcess(
      class extends ReferenceTransport {
        override async commit(session: LiveSession): Promise<Instruction> {
          await super.commit(session)
          return super.commit(session)
        }
      },
    ),
  },
  {
    name: 'commits after each single action',
    breaks: ['saves once for all that an action changes'],
    harness: inProcess(
      class extends ReferenceTransport {
        override async answer(client: Client, actions: readonly Action[]): Promise<Answer> {
          for (const action of actions.slice(0, -1)) await super.answer(client, [action])
          return super.answer(client, actions.slice(-1))
        }
      },
    ),
  },
  {
    name: 'commits only if a value is another one',
    breaks: [
      'shows a visitor what it put, changed in place and deleted before, and shows it to nobody else',
      'saves a read when it moves the idle expiry far enough, and only then',
      'replaces a credential that an old secret signed, though nothing changed',
    ],
    harness: inProcess(
      class extends ReferenceTransport {
        readonly #before = new WeakMap<LiveSession, unknown[]>()

        override async open(credential: Credential | null): Promise<SessionHolder> {
          const holder = await super.open(credential)
          this.#before.set(holder.session, Object.values(holder.session))
          return holder
        }

        override async commit(session: LiveSession): Promise<Instruction> {
          const before = this.#before.get(session) ?? []
          const now = [...Object.values(session)]
          const same = now.length === before.length && now.every((value, index) => value === before[index])
          return same ? { do: 'keep' } : super.commit(session)
        }
      },
    ),
  },
  {
    name: 'moves the idle expiry with each read',
    breaks: ['saves nothing for an action that changes nothing'],
    harness: inProcess(
      class extends ReferenceTransport {
        override async commit(session: LiveSession): Promise<Instruction> {
          session.touch()
          return super.commit(session)
        }
      },
    ),
  },
  {
    name: 'stores something of its own for each visitor',
    breaks: ['gives no credential to a visitor who stores nothing'],
    harness: inProcess(
      class extends ReferenceTransport {
        override async commit(session: LiveSession): Promise<Instruction> {
          Object.assign(session, { seen: true })
          return super.commit(session)
        }
      },
    ),
  },
]
