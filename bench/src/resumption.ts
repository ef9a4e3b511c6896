/** Tells `--resume` from the other options, which a run that goes on with another need not repeat. */
export function splitResumption(typed: readonly string[]) {
  const args = typed.filter(arg => arg !== '--resume')
  return { isResumed: args.length < typed.length, args }
}

/** What was asked for, without where the results go: that is of this machine. */
export function withoutPlaces(args: readonly string[]): string[] {
  const isPlace = (arg: string | undefined) => arg === '--results' || arg === '--json'
  return args.filter(
    (arg, index) => !isPlace(arg) && !isPlace(args[index - 1]) && !/^--(results|json)=/.test(arg),
  )
}
