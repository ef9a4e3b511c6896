let isStarted = false

const leave = () => {
  if (!isStarted) process.exit()
}
// Whose starter is gone before that is known to it may be waiting for NATS.
process.on('disconnect', leave)
if (process.connected === false) leave()

/** Resolves at SIGINT, at SIGTERM, or when the process that started this one is gone. To be called once all is started. */
export async function untilEnded(): Promise<void> {
  isStarted = true
  await new Promise<unknown>(end => {
    process.on('SIGINT', end)
    process.on('SIGTERM', end)
    process.on('disconnect', end)
  })
  process.channel?.unref()
}
