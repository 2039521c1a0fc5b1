import { createClient } from 'redis';
import { driverOf } from '../../lib/stores/redis/driver-of.js';
import { clientOf, redisOptions } from '../../lib/stores/redis/redis-options.js';
import { RedisStore } from '../../lib/redis.js';
import { describeWith } from '../../test-servers/installed.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { redis6 } from '../support/redis-clients.js';
import { describeDriver } from './driver-suite.js';
import { describeRedisDriver } from './redis-driver-suite.js';

describeRedisDriver(redis6);

describeWith('redis-server', 'Redis', () => {
  describeDriver('the URL of one server', async () => {
    const server = await RedisServer.start();
    return { createDriver: () => driverOf(clientOf({ url: server.url })), server };
  });
});

describe('the options of RedisStore', () => {
  const client = createClient();

  it.each([
    [{ url: 'http://host' }, 'url must be a redis:// or rediss:// URL, got "http://host".'],
    ['localhost:6379', 'url must be a redis:// or rediss:// URL, got "localhost:6379".'],
    [null, 'RedisStore takes a URL or options, got null.'],
    [{ host: 'localhost' }, 'there is no option host (got "localhost"). Write one of url, client, nearCache.'],
    [{ client: {} }, 'client must be a client of the package redis or ioredis, got {}.'],
    [{ url: 'redis://host', client }, 'url and client contradict each other'],
    [{ nearCache: 5 }, 'nearCache must be true, false or { maxBytes }, got 5.'],
    [{ nearCache: { maxBytes: 0 } }, 'nearCache must be true, false or { maxBytes }, got { maxBytes: 0 }.'],
  ])('are refused where they cannot work: %j', (options, mistake) => {
    expect(() => new RedisStore(options as never)).toThrow(mistake);
  });

  it('may be a URL, a client, or nothing', () => {
    expect(() => [new RedisStore(), new RedisStore('redis://host'), new RedisStore({ client })]).not.toThrow();
    expect(redisOptions({ nearCache: { maxBytes: 1000 } })).toEqual({ nearCache: { maxBytes: 1000 } });
  });
});
