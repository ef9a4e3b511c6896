/**
 * Uses up so many microseconds of processor time, however often it is interrupted. The clock is that of the whole
 * process: Linux tells a thread its own time only once in a few milliseconds. It is asked seldom, since each system call
 * makes what follows it slower.
 */
export function burn(micros: number): void {
  const net = micros - askingMicros
  const end = cpuMicros() + net
  for (let left = net; left > 0; left = end - cpuMicros()) spin(left)
}

function spin(micros: number): void {
  const end = performance.now() + micros / 1000
  while (performance.now() < end);
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** What it costs to ask the clock, at its cheapest: the rest is what else the machine does. */
let askingMicros = 0
askingMicros = Math.min(...Array.from({ length: 10 }, measureExcess))

function measureExcess(): number {
  const micros = 100
  const times = 500
  const before = cpuMicros()
  for (let time = 0; time < times; time++) burn(micros)
  return (cpuMicros() - before) / times - micros
}

/** How long `burn` takes by the clock on the wall, when nothing interrupts it. */
export function measureBurn(micros: number): number {
  const times = Array.from({ length: 2000 }, () => {
    const startedAt = performance.now()
    burn(micros)
    return (performance.now() - startedAt) * 1000
  })
  return Math.min(...times)
}
