import type { SessionStrategy } from '@sojourn/core'

/** `strategy`, but for what `other` does in its place. */
export function wrapStrategy(strategy: SessionStrategy, other: Partial<SessionStrategy>): SessionStrategy {
  const { name, traits, revoker, directory } = strategy
  return {
    name,
    traits,
    revoker,
    directory,
    resume: (credential, binding) => strategy.resume(credential, binding),
    save: (record, options) => strategy.save(record, options),
    close: () => strategy.close(),
    ...other,
  }
}
