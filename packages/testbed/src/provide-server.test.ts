import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { provideDatabase, provideNats, provideRedis } from './provide-server.ts'

const variables = ['REDIS_URL', 'DATABASE_URL', 'NATS_URL']

beforeEach(() => {
  for (const variable of variables) delete process.env[variable]
})

test('a server that the environment names is taken', async () => {
  process.env.REDIS_URL = 'redis://elsewhere'
  process.env.NATS_URL = 'nats://elsewhere'
  process.env.DATABASE_URL = 'postgresql://elsewhere'
  assert.equal((await provideRedis()).url, 'redis://elsewhere')
  assert.equal((await provideNats()).url, 'nats://elsewhere')
  assert.equal((await provideDatabase('postgres')).url, 'postgresql://elsewhere')
  process.env.DATABASE_URL = 'mysql://elsewhere'
  assert.equal((await provideDatabase('mysql')).url, 'mysql://elsewhere')
})

test('a database of the other kind is not taken', async () => {
  process.env.DATABASE_URL = 'mysql://elsewhere'
  await using postgres = await provideDatabase('postgres')
  assert.match(postgres.url, /^postgres:.*@127\.0\.0\.1:/)
  process.env.DATABASE_URL = 'postgres://elsewhere'
  await using mariadb = await provideDatabase('mysql')
  assert.match(mariadb.url, /^mysql:.*@127\.0\.0\.1:/)
})

test('where the environment names none, one of our own is started', async () => {
  await using redis = await provideRedis()
  await using nats = await provideNats()
  assert.match(redis.url, /^redis:\/\/127\.0\.0\.1:/)
  assert.match(nats.url, /^nats:\/\/127\.0\.0\.1:/)
})
