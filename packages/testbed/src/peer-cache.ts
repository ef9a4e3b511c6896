import { internalError, type PeerBus, type ResError } from './peer-bus.ts'

export type Model = Readonly<Record<string, unknown>>

/** Who reads a model: a subscription of a connection. */
export interface Reader {
  loaded(model: Model | null, error: ResError | null): void
  event(name: string, data: unknown): void
  reaccess(): void
}

const keptMs = 5000

/** The models that connections read: asked for once, changed by what is said of them, kept a while after the last reader. */
export class PeerCache {
  readonly #bus: PeerBus
  readonly #models = new Map<string, CachedModel>()

  constructor(bus: PeerBus) {
    this.#bus = bus
  }

  /** Returns what ends it. */
  read(name: string, reader: Reader): () => void {
    const cached = this.#models.get(name) ?? new CachedModel(name, this.#bus, () => this.#models.delete(name))
    this.#models.set(name, cached)
    cached.add(reader)
    return () => cached.remove(reader)
  }

  /** `system.reset`: what may have changed while nobody said so. */
  reset({ resources, access }: { resources?: readonly string[]; access?: readonly string[] }): void {
    for (const [name, model] of this.#models) {
      if (resources?.some(pattern => matches(pattern, name))) model.reset()
      if (access?.some(pattern => matches(pattern, name))) model.reaccess()
    }
  }
}

class CachedModel {
  readonly #name: string
  readonly #bus: PeerBus
  readonly #readers = new Set<Reader>()
  readonly #forget: () => void
  #forgetting: NodeJS.Timeout | undefined
  #values: Model | null = null
  #isAskedFor = false

  constructor(name: string, bus: PeerBus, onForgotten: () => void) {
    this.#name = name
    this.#bus = bus
    const events = bus.listen(`event.${name}`, (event, data) => this.#hear(event, data))
    this.#forget = () => {
      events.unsubscribe()
      onForgotten()
    }
  }

  add(reader: Reader): void {
    clearTimeout(this.#forgetting)
    this.#readers.add(reader)
    if (this.#values !== null) reader.loaded(this.#values, null)
    else if (!this.#isAskedFor) {
      this.#ask((model, error) => {
        this.#values = model
        for (const reader of this.#readers) reader.loaded(model, error)
      })
    }
  }

  remove(reader: Reader): void {
    this.#readers.delete(reader)
    clearTimeout(this.#forgetting)
    if (this.#readers.size === 0) this.#forgetting = setTimeout(this.#forget, keptMs)
  }

  reset(): void {
    if (this.#values === null || this.#isAskedFor) return
    this.#ask((model, error) => {
      if (model !== null) {
        const gone = Object.keys(this.#values ?? {}).filter(key => !Object.hasOwn(model, key))
        this.#change({ ...model, ...Object.fromEntries(gone.map(key => [key, { action: 'delete' }])) })
      } else if (error.code === 'system.notFound') this.#tell('delete', null)
    })
  }

  reaccess(): void {
    for (const reader of this.#readers) reader.reaccess()
  }

  #ask(done: (...answer: [Model, null] | [null, ResError]) => void): void {
    this.#isAskedFor = true
    this.#bus.request(`get.${this.#name}`, {}, ({ result, error }) => {
      this.#isAskedFor = false
      const { model } = (result ?? {}) as { model?: Model }
      if (error) done(null, error)
      else if (isModel(model)) done(model, null)
      else done(null, internalError(new Error('invalid service response')))
    })
  }

  // biome-ignore lint/suspicious/noExplicitAny: JSON of a service. What it lacks is thrown, and logged by the bus.
  #hear(event: string, data: any): void {
    if (event === 'reaccess') this.reaccess()
    else if (this.#values === null) return
    else if (event !== 'change') this.#tell(event, data)
    else if (!this.#isAskedFor) this.#change(data.values)
  }

  #change(values: Model): void {
    if (!isModel(values)) throw new TypeError('Values that RES does not know')
    const all = new Map(Object.entries(this.#values ?? {}))
    const changed = Object.entries(values).filter(([key, value]) =>
      isDelete(value) ? all.has(key) : JSON.stringify(value) !== JSON.stringify(all.get(key)),
    )
    if (changed.length === 0) return
    for (const [key, value] of changed) isDelete(value) ? all.delete(key) : all.set(key, value)
    this.#values = Object.fromEntries(all)
    this.#tell('change', { values: Object.fromEntries(changed) })
  }

  #tell(event: string, data: unknown): void {
    if (event === 'delete') this.#values = null
    for (const reader of this.#readers) reader.event(event, data)
  }
}

const isDelete = (value: unknown): boolean => Object(value).action === 'delete'

/** RES knows no bare objects and arrays as values. */
function isModel(model: unknown): model is Model {
  const isValue = (value: unknown) =>
    Object(value) !== value || ['data', 'rid', 'action'].some(key => Object.hasOwn(Object(value), key))
  return Object(model) === model && Object.values(Object(model)).every(isValue)
}

function matches(pattern: string, name: string): boolean {
  const wanted = pattern.split('.')
  const parts = name.split('.')
  const isOpen = wanted.at(-1) === '>'
  return (
    (isOpen ? parts.length >= wanted.length : parts.length === wanted.length) &&
    wanted.every((part, n) => part === '*' || part === parts[n] || (isOpen && n === wanted.length - 1))
  )
}
