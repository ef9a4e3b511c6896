/** What is asked of a pool of `pg`. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>
  on(event: 'error', listener: (error: Error) => void): unknown
  readonly options?: PostgresPoolOptions
}

export interface PostgresPoolOptions {
  connectionTimeoutMillis?: number | undefined
  readonly query_timeout?: number | undefined
  readonly max?: number | undefined
  readonly connectionString?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
}

export interface PostgresClient {
  query(query: PostgresQuery, callback: (error: Error | null, result: PostgresResult) => void): void
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown
  off(event: 'error', listener: (error?: Error) => void): unknown
  release(destroy?: boolean): void
  unref?(): void
  readonly host?: string
  readonly port?: number
  readonly processID?: number | null
  readonly secretKey?: number | null
}

export interface PostgresQuery {
  name?: string
  text: string
  values?: unknown[]
  rowMode: 'array'
  query_timeout?: number
}

export interface PostgresResult {
  readonly rows: unknown[]
  readonly rowCount: number | null
}
