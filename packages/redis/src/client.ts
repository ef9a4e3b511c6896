/** What the store needs of a Redis client. `fromNodeRedis` and `fromIoredis` make it of theirs, one for each store. */
export interface RedisClient {
  /** Where Redis is, for messages: `127.0.0.1:6379`. */
  readonly address: string
  /**
   * Sends a command, and resolves with the reply; what is text is a string. `key` is the one key that the command
   * is about: a Cluster routes by it. Rejects with the error that Redis replied, whose message begins with its
   * code, or with what is wrong with the connection.
   */
  send(key: string, command: [name: string, ...args: string[]]): Promise<unknown>
  /**
   * Calls back with each message on `channel`, from when this resolves until `close`: on a connection of its own,
   * which is made again by itself when it is lost. Rejects if that cannot be had now.
   */
  subscribe(channel: string, listener: (message: string) => void): Promise<void>
  /** Ends what this opened itself, and not the client that it was made of. */
  close(): Promise<void>
}
