import { Get, JsonController } from 'routing-controllers';
import { cache, Cached, type CacheFault } from '../../lib/index.js';
import { MemcachedStore } from '../../lib/memcached.js';
import { RedisStore } from '../../lib/redis.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../../test-servers/installed.js';
import { MemcachedServer } from '../../test-servers/memcached-server.js';
import { RedisServer } from '../../test-servers/redis-server.js';

startAfresh();

@JsonController('/users')
class UsersController {
  @Get()
  @Cached()
  all(): string[] {
    return ['bob'];
  }
}

/** The same store object, configured again after `cache.reset()`, as the tests of an application do. */
async function useTwice(store: RedisStore | MemcachedStore): Promise<void> {
  const faults: CacheFault[] = [];
  const outcomes: (string | undefined)[] = [];
  for (let time = 1; time <= 2; time++) {
    cache.configure({ store, keyPrefix: `time-${time}`, onError: fault => faults.push(fault) });
    const server = await TestServer.ofControllers([UsersController]);
    for (let request = 1; request <= 2; request++) outcomes.push((await server.get('/users')).outcome);
    await cache.reset();
  }
  expect(outcomes).toEqual(['fwd=miss', 'hit', 'fwd=miss', 'hit']);
  expect(faults).toEqual([]);
}

describeWith('redis-server', 'a RedisStore', () => {
  it('can be used again after a reset', async () => {
    await useTwice(new RedisStore({ url: (await RedisServer.start()).url }));
  });
});

describeWith('memcached', 'a MemcachedStore', () => {
  it('can be used again after a reset', async () => {
    await useTwice(new MemcachedStore((await MemcachedServer.start()).address));
  });
});
