import { startMariadb } from './mariadb.ts'
import { startNats } from './nats.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

/** A server that may be ours or another's: for what does not crash it. */
export interface ProvidedServer extends AsyncDisposable {
  readonly url: string
  /** As `Server` has it; null for another's. */
  readonly pid: number | null
}

/** The Redis of `REDIS_URL`, else one of our own. */
export async function provideRedis(): Promise<ProvidedServer> {
  return findServer(process.env.REDIS_URL) ?? startRedis()
}

/** The database of `DATABASE_URL`, if it is of the wanted kind, else one of our own. */
export async function provideDatabase(kind: 'postgres' | 'mysql'): Promise<ProvidedServer> {
  const schemes = { postgres: /^postgres(ql)?:/, mysql: /^(mysql|mariadb):/ }
  const named = process.env.DATABASE_URL ?? ''
  const found = schemes[kind].test(named) ? findServer(named) : undefined
  return found ?? (kind === 'postgres' ? startPostgres() : startMariadb())
}

/** The NATS of `NATS_URL`, else one of our own. */
export async function provideNats(): Promise<ProvidedServer> {
  return findServer(process.env.NATS_URL) ?? startNats()
}

/** Another's server, which is left as it is. */
function findServer(url: string | undefined): ProvidedServer | undefined {
  return url ? { url, pid: null, async [Symbol.asyncDispose]() {} } : undefined
}
