import { Cluster, Redis } from 'ioredis6';
import { Redis as Redis5 } from 'ioredis';
import { createClient, createClientPool, createCluster } from 'redis';
import { CacheConfigError } from '../../lib/index.js';
import { RedisStore, type RedisStoreOptions } from '../../lib/redis.js';

function mistakesOf(options: string | RedisStoreOptions): readonly string[] {
  try {
    new RedisStore(options);
    return [];
  } catch (error) {
    if (error instanceof CacheConfigError) return error.mistakes;
    throw error;
  }
}

describe('the URL of a Redis', () => {
  it.each([
    'redis://127.0.0.1',
    'redis://127.0.0.1:6379/',
    'redis://127.0.0.1:6379/15',
    'rediss://user:p%40ss@redis.example:6380/1',
    'redis://[::1]:6379/0',
    'unix:///run/redis.sock',
    'unix://user:p%40ss@/run/redis.sock?db=3',
  ])('may be %s', url => {
    expect(mistakesOf(url)).toEqual([]);
  });

  it.each([
    ['redis://host/abc', 'url has /abc where the number of a database belongs'],
    ['redis://host/1/2', 'url has /1/2 where the number of a database belongs'],
    ['redis://host/-1', 'url has /-1 where the number of a database belongs'],
    ['redis://%zz@host', 'url must be a redis:// or rediss:// URL, got "redis://%zz@host"'],
    ['redis://host:99999', 'url must be a redis:// or rediss:// URL, got "redis://host:99999"'],
    ['http://host', 'url must be a redis:// or rediss:// URL, got "http://host"'],
    ['unix://run/redis.sock', 'url must be a redis:// or rediss:// URL, got "unix://run/redis.sock"'],
  ])('may not be %s', (url, mistake) => {
    expect(mistakesOf(url)).toEqual([expect.stringContaining(mistake)]);
  });
});

describe('the client of a Redis', () => {
  it('may be one of createClient, or of createCluster', () => {
    expect(mistakesOf({ client: createClient() })).toEqual([]);
    expect(mistakesOf({ client: createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:1' }] }) })).toEqual([]);
  });

  it('may be one of ioredis: a server, a Cluster, or the primary behind Sentinels', () => {
    const options = { lazyConnect: true };
    expect(mistakesOf({ client: new Redis(options) })).toEqual([]);
    expect(mistakesOf({ client: new Redis5(options) })).toEqual([]);
    expect(mistakesOf({ client: new Cluster([1], options) })).toEqual([]);
    expect(mistakesOf({ client: new Redis({ ...options, sentinels: [{ host: 'a', port: 1 }], name: 'main' }) })).toEqual([]);
  });

  it('may not be one of redis 4, which has no destroy', () => {
    const noop = () => undefined;
    const old = { isOpen: false, connect: noop, disconnect: noop, sendCommand: noop, on: noop, off: noop };
    expect(mistakesOf({ client: old as never })).toEqual([
      expect.stringMatching(
        /^client must be a client of redis 5 or later, or of ioredis 5 or later; .* npm install redis@latest$/,
      ),
    ]);
  });

  it('may not be a pool', () => {
    expect(mistakesOf({ client: createClientPool() as never })).toEqual([
      "client must be one connection, got a pool of createClientPool. Write { client: createClient({ url: 'redis://127.0.0.1:6379' }) }: it sends all commands without a pool.",
    ]);
  });
});
