const shards = 1024

/** A `Map` in many small parts: V8 rehashes a map whole, and at a million entries that is a pause of 100 ms. */
export class ShardedMap<Value> {
  readonly #shards = Array.from({ length: shards }, () => new Map<string, Value>())

  get(key: string): Value | undefined {
    return this.#shardOf(key).get(key)
  }

  set(key: string, value: Value): void {
    this.#shardOf(key).set(key, value)
  }

  delete(key: string): void {
    this.#shardOf(key).delete(key)
  }

  #shardOf(key: string): Map<string, Value> {
    let hash = 0x811c9dc5 // FNV-1a
    for (let index = 0; index < key.length; index++)
      hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
    return this.#shards[(hash ^ (hash >>> 16)) & (shards - 1)] as Map<string, Value>
  }
}
