/** Those who asked to be told of ids: of records removed, of sessions revoked. For stores and strategies. */
export interface Listeners {
  /** Returns how to stop listening. */
  add(listener: (id: string) => void): () => void
  /**
   * Tells all. What a listener throws becomes an uncaught exception, as on a diagnostics channel: it neither keeps
   * the others from being told, nor undoes what it is told of.
   */
  tell(id: string): void
}

export function createListeners(): Listeners {
  const entries = new Set<{ readonly listener: (id: string) => void }>()
  return {
    add(listener) {
      const entry = { listener }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    tell(id) {
      for (const { listener } of [...entries]) {
        try {
          listener(id)
        } catch (error) {
          process.nextTick(() => {
            throw error
          })
        }
      }
    },
  }
}
