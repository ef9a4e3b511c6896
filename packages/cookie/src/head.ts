import { createSessionId } from '@sojourn/core'
import { type Ending, isEnding } from './ending.ts'

/** How many endings the head holds, for those who read it often. */
const recentEndings = 50

/** What was added to the log in one write. */
export interface HeadBatch {
  readonly id: string
  readonly endings: readonly Ending[]
}

/** The batches in the text of a head, oldest first: none, if there is no head, or it is not ours. */
export function parseHead(data: string | null): readonly HeadBatch[] {
  try {
    const { recent }: { recent: HeadBatch[] } = JSON.parse(data ?? '{}')
    return recent.every(({ endings }) => endings.every(isEnding)) ? recent : []
  } catch {
    return []
  }
}

/** The text of a head with one more batch, without the oldest if there are too many endings. */
export function withBatch(recent: readonly HeadBatch[], endings: readonly Ending[]): string {
  const batches = [...recent, { id: createSessionId(), endings }]
  const count = () => batches.reduce((sum, batch) => sum + batch.endings.length, 0)
  while (batches.length > 1 && (count() > recentEndings || batches.length > recentEndings)) batches.shift()
  return JSON.stringify({ recent: batches })
}
