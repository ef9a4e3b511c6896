import type { ResModel } from 'resclient'
import { Keeper, pause } from './keeper.ts'
import { type Item, onItem, readItem, writeItem } from './key.ts'
import { Line } from './line.ts'
import { log } from './log.ts'
import { inTurn, storeKey } from './present.ts'
import { gatewayUrl } from './settings.ts'
import { Ticker } from './ticker.ts'
import type { Why } from './words.ts'

export interface User {
  readonly id: string
  readonly name: string
  readonly role: string
}

export interface View {
  readonly link: 'connecting' | 'no-gateway' | 'no-service' | 'open'
  /** A gateway is there. */
  readonly isOpen: boolean
  /** When the session service last answered. */
  readonly answeredAt: number | null
  /** Undefined: not known yet. */
  readonly user: User | null | undefined
  /** The key is being presented: who is out may be in in a moment. */
  readonly isReturning: boolean
  readonly item: Item | null
  readonly ticker: Ticker
  readonly why: Why | null
}

type UserModel = ResModel<User | { readonly id: null }>

/** Who is signed in on this page, whatever becomes of its connections. */
class Presence {
  readonly line = new Line(gatewayUrl, { opened: () => this.#opened(), lost: wasOpen => this.#lost(wasOpen) })
  readonly #keeper = new Keeper(this.line, {
    changed: () => this.#onChange(),
    refused: isExpired => {
      this.#why ??= isExpired ? 'expired' : 'refused'
    },
  })
  readonly #ticker = new Ticker(this.line.client, () => this.#onChange())
  #model: UserModel | null = null
  #user: User | null | undefined
  #why: Why | null = null
  /** The key is being presented on a new connection, on which nothing else is done before. */
  #isEntering = false
  #onChange = () => {}

  get view(): View {
    const { item, answeredAt, isUsing } = this.#keeper
    return {
      link: this.#link,
      isOpen: this.line.isOpen,
      answeredAt,
      user: this.#user,
      isReturning: isUsing,
      item,
      ticker: this.#ticker,
      why: this.#why,
    }
  }

  get #link(): View['link'] {
    const { fault, isUsing } = this.#keeper
    if (!this.line.isOpen) return fault === null ? 'connecting' : 'no-gateway'
    if (fault !== null && fault !== 'connection_lost') return 'no-service'
    const isUnknown = this.#user === undefined || (this.#user === null && isUsing)
    return this.#isEntering || isUnknown ? 'connecting' : 'open'
  }

  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  begin(): void {
    onItem(() => {
      void this.tick()
      if (this.#user === null && this.line.isOpen) void this.renew() // another tab may have signed in
    })
    this.line.client.on('connect', () => void this.#learnUser())
    this.line.dial()
  }

  async signIn(username: string, password: string): Promise<void> {
    await inTurn(async () => storeKey(await this.#keeper.ask('login', { username, password })))
    log('Signed in')
    await this.tick()
  }

  async signOut(): Promise<void> {
    await inTurn(async () => {
      await this.#keeper.ask('logout')
      await writeItem(null)
    })
    log('Signed out')
    await this.tick()
  }

  /** Presents the key now. */
  renew(): Promise<void> {
    return this.#keeper.use()
  }

  /** To be called now and then: renews what is due. */
  tick(): Promise<void> {
    return this.#keeper.tick()
  }

  async #opened(): Promise<void> {
    log('Connected to the gateway')
    this.#isEntering = true
    this.#onChange()
    await this.renew()
    this.#isEntering = false
    this.#onChange()
  }

  #lost(wasOpen: boolean): void {
    if (wasOpen) log('Connection lost')
    else if (this.#keeper.connection === 0) log('No gateway answers')
    this.#isEntering = false
    this.#keeper.lost()
  }

  /** Once: from then on resclient keeps the model up to date, on each connection. */
  async #learnUser(): Promise<void> {
    const { connection } = this.#keeper
    const isDue = () => this.#model === null && connection === this.#keeper.connection
    for (let tries = 0; isDue(); tries++) {
      try {
        const model: UserModel = await this.line.client.get('session.user.{cid}')
        if (!isDue()) return
        this.#model = model
        model.on('change', () => this.#takeUser(model))
        model.on<{ reason: Why }>('ended', ({ reason }) => {
          log(`The session has ended: ${reason}`)
          this.#why = reason
          this.#onChange()
        })
        this.#keeper.heard()
        this.#takeUser(model)
      } catch (error) {
        this.#keeper.failed(error as { code: string })
        await pause(tries)
      }
    }
  }

  #takeUser({ props }: UserModel): void {
    this.#user = props.id === null ? null : { ...props }
    if (this.#user === null) {
      void this.renew() // which also tells whether the key is still worth something
    } else {
      this.#why = null
      void this.#endIfKeyless()
    }
    this.#ticker.watch(this.#user !== null)
    this.#onChange()
  }

  /** The answer to a sign-in never came, but its session did. */
  #endIfKeyless(): Promise<void> {
    return inTurn(async () => {
      if (this.#user && (await readItem()) === null) await this.#keeper.ask('logout')
    }).catch(() => {})
  }
}

export const presence = new Presence()
export type { Presence }
