import { RefusedStatement } from './faults.ts'

export interface BatchOptions<Question> {
  /** How many questions are asked together; 1: each at once, by itself. */
  readonly most: number
  /** Questions of one key are never asked together; default: all may be. */
  readonly keyOf?: (question: Question) => unknown
  /** How much a question carries, in characters; default 0. About a million are asked together. */
  readonly sizeOf?: (question: Question) => number
}

interface Waiting<Question, Answer> {
  readonly question: Question
  readonly resolve: (answer: Answer | Promise<Answer>) => void
  readonly reject: (error: unknown) => void
}

const mostSize = 1_000_000

/** Gathers the questions of one turn of the event loop, and asks them together. */
export class Batch<Question, Answer> {
  readonly #ask: (questions: readonly Question[]) => Promise<readonly Answer[]>
  readonly #options: BatchOptions<Question>
  #waiting: Waiting<Question, Answer>[] = []

  /** `ask` answers in the order of the questions. */
  constructor(
    ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
    options: BatchOptions<Question>,
  ) {
    this.#ask = ask
    this.#options = options
  }

  add(question: Question): Promise<Answer> {
    if (this.#options.most === 1) return this.#askOne(question)
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ question, resolve, reject }) === 1) setImmediate(this.#flush)
    })
  }

  async #askOne(question: Question): Promise<Answer> {
    const [answer] = await this.#ask([question])
    return answer as Answer
  }

  /** One batch a turn, so that others run in between. */
  readonly #flush = () => {
    const batch = this.#take()
    if (this.#waiting.length > 0) setImmediate(this.#flush)
    void this.#settle(batch)
  }

  #take(): Waiting<Question, Answer>[] {
    const { most, keyOf, sizeOf } = this.#options
    const batch: Waiting<Question, Answer>[] = []
    const others: Waiting<Question, Answer>[] = []
    const keys = new Set()
    let [looked, size] = [0, 0]
    for (const waiting of this.#waiting) {
      if (sizeOf !== undefined) size += sizeOf(waiting.question)
      if (batch.length > 0 && (batch.length === most || size > mostSize)) break
      looked++
      const key = keyOf?.(waiting.question)
      ;(keys.has(key) ? others : batch).push(waiting)
      if (key !== undefined) keys.add(key)
    }
    this.#waiting = [...others, ...this.#waiting.slice(looked)]
    return batch
  }

  async #settle(batch: readonly Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.#ask(batch.map(({ question }) => question))
      batch.forEach(({ resolve }, index) => void resolve(answers[index] as Answer))
    } catch (error) {
      if (batch.length > 1 && error instanceof RefusedStatement) {
        for (const { question, resolve } of batch) resolve(this.#askOne(question))
      } else {
        for (const { reject } of batch) reject(error)
      }
    }
  }
}
