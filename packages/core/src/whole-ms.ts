/** The same clock, in whole milliseconds, as records have them. */
export const wholeMs = (now: () => number) => (now === Date.now ? now : () => Math.floor(now()))
