/** Starts several at once; if one fails, those that did start are disposed of. */
export async function startAll<Started extends AsyncDisposable>(
  starts: readonly (() => Promise<Started>)[],
): Promise<Started[]> {
  const results = await Promise.allSettled(starts.map(start => start()))
  const failed = results.find(result => result.status === 'rejected')
  const started = results.filter(result => result.status === 'fulfilled').map(({ value }) => value)
  if (failed === undefined) return started
  await disposeAll(started)
  throw failed.reason
}

export async function disposeAll(all: readonly AsyncDisposable[]): Promise<void> {
  await Promise.all(all.map(each => each[Symbol.asyncDispose]()))
}
