import { Get, JsonController } from 'routing-controllers';
import {
  cache,
  type Action,
  CacheConfig,
  CacheConfigError,
  Cached,
  CacheUsageError,
  NullStore,
  SimpleStore,
} from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();

let runs = 0;
@JsonController('/configured')
class ConfiguredController {
  @Get('/')
  @Cached()
  show() {
    return ++runs;
  }
}
const start = () => TestServer.ofControllers([ConfiguredController]);

function mistakesOf(options: unknown): readonly string[] {
  try {
    cache.configure(options as object);
  } catch (error) {
    if (!(error instanceof CacheConfigError)) throw error;
    expect(error.code).toBe('CACHE_CONFIG_INVALID');
    return error.mistakes;
  }
  return [];
}

describe('cache.configure', () => {
  it('takes an object with some options', async () => {
    cache.configure({ defaultTimeout: 60, cacheStatus: 'api cache' });
    const server = await start();
    await server.get('/configured');
    expect((await server.get('/configured')).headers['cache-status']).toBe('"api cache"; hit; ttl=60');
  });

  it('takes a class that extends CacheConfig', async () => {
    class AppCache extends CacheConfig {
      override defaultTimeout = 70;
      override cacheStatus = 'app' as const;
    }
    cache.configure(AppCache);
    const server = await start();
    await server.get('/configured');
    expect((await server.get('/configured')).headers['cache-status']).toBe('app; hit; ttl=70');
  });

  it('takes options that a class has as methods or getters', async () => {
    class AppCache extends CacheConfig {}
    Object.defineProperties(AppCache.prototype, {
      varyBy: { value: ({ request }: Action) => String((request as { headers: object }).headers['x-tenant' as never]) },
      defaultTimeout: { get: () => 33 },
    });
    cache.configure(class extends AppCache {});
    const server = await start();
    expect((await server.get('/configured', { 'x-tenant': 'a' })).outcome).toBe('fwd=miss');
    expect((await server.get('/configured', { 'x-tenant': 'b' })).outcome).toBe('fwd=miss');
    expect((await server.get('/configured', { 'x-tenant': 'a' })).headers['cache-status']).toMatch(/hit; ttl=33$/);
  });

  it('may come after a look at the stats', async () => {
    expect(cache.stats().hits).toBe(0);
    await cache.invalidate('/nothing/yet');
    cache.configure({ defaultTimeout: 5 });
  });

  it('reports every mistake in one error: option, value seen, remedy', () => {
    expect(
      mistakesOf({
        defaultTimeout: '5m',
        maxBytes: 0,
        store: 'redis',
        enabled: 1,
        whenUnreachable: 'panic',
        collapseTimeout: 3_000_000,
        identify: 'id',
        keyPrefix: 'with space',
        cacheStatus: true,
        timeout: 5,
      }),
    ).toEqual([
      expect.stringMatching(/^there is no option timeout \(got 5\)\. Write one of store, defaultTimeout, maxBytes, /),
      `store must be 'simple', 'null' or a store object, got "redis". Write store: 'simple' for memory of this process.`,
      'defaultTimeout must be a number of seconds, 0 or more, got "5m". Write defaultTimeout: 300 for five minutes.',
      'maxBytes must be a whole number of bytes, 1 or more, got 0. Write maxBytes: 67108864 for 64 MiB.',
      `keyPrefix must be a string of 1 to 64 printable characters without spaces, got "with space". Write keyPrefix: 'rcc'.`,
      'identify must be a function of the user, got "id". Write identify: user => user.email.',
      `cacheStatus must be a name in printable ASCII, or false, got true. Write cacheStatus: 'api-cache', or cacheStatus: false for no header.`,
      'collapseTimeout must be a number of seconds from 0 to 2000000, got 3000000. Write collapseTimeout: 10.',
      `whenUnreachable must be 'continue' or 'refuse', got "panic". Write whenUnreachable: 'refuse' where nothing stale may ever be served.`,
      'enabled must be true or false, got 1. Write enabled: false for a cache that is off.',
    ]);
  });

  it.each([undefined, null, 5, 'simple', [], () => ({})])('refuses %p, and names the accepted values', options => {
    expect(mistakesOf(options)).toEqual([
      expect.stringMatching(/^cache\.configure takes options or a class that extends CacheConfig, got /),
    ]);
  });

  it('changes nothing when it fails', async () => {
    expect(mistakesOf({ defaultTimeout: -1 })).toHaveLength(1);
    cache.configure({ defaultTimeout: 5 });
    const server = await start();
    await server.get('/configured');
    expect((await server.get('/configured')).headers['cache-status']).toMatch(/ttl=5$/);
  });

  it('is done once, before the first request, and again only after a reset', async () => {
    cache.configure({});
    expect(() => cache.configure({})).toThrow(CacheUsageError);
    await cache.reset();
    const server = await start();
    await server.get('/configured');
    expect(() => cache.configure({})).toThrow(
      /^CACHE_ALREADY_IN_USE: the cache has been used already, with its defaults\. Call cache\.configure once/,
    );
    await cache.reset();
    cache.configure({});
  });

  it('with enabled: false bypasses the cache for every request', async () => {
    cache.configure({ enabled: false });
    const server = await start();
    await server.get('/configured');
    expect((await server.get('/configured')).headers['cache-status']).toBe(
      'routing-controllers-cache; fwd=bypass; detail="the cache is not enabled"',
    );
  });

  it('with cacheStatus: false sends no such header', async () => {
    cache.configure({ cacheStatus: false });
    const server = await start();
    await server.get('/configured');
    expect((await server.get('/configured')).headers).not.toHaveProperty('cache-status');
    expect(cache.stats().hits).toBe(1);
  });

  it.each([['null'], [new NullStore()]] as const)('with the store %p stores nothing', async store => {
    cache.configure({ store });
    const server = await start();
    await server.get('/configured');
    expect((await server.get('/configured')).outcome).toBe('fwd=miss');
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0, stores: 0 });
  });

  it('takes a store object', async () => {
    const store = new SimpleStore({ maxBytes: 100_000 });
    cache.configure({ store });
    const server = await start();
    await server.get('/configured');
    expect(store.size().entries).toBe(1);
  });
});

describe('cache.reset', () => {
  it('forgets entries, counts and configuration', async () => {
    cache.configure({ defaultTimeout: 5 });
    const server = await start();
    await server.get('/configured');
    await cache.reset();
    expect(cache.stats()).toMatchObject({ misses: 0, entries: 0 });
    expect((await server.get('/configured')).outcome).toBe('fwd=miss');
  });
});

describe('cache.clear', () => {
  it('invalidates everything', async () => {
    const server = await start();
    await server.get('/configured');
    await cache.clear();
    expect(cache.stats()).toMatchObject({ entries: 0, invalidations: 1 });
    expect((await server.get('/configured')).outcome).toBe('fwd=miss');
  });
});

describe('cache.invalidate', () => {
  it.each<[unknown, RegExp]>([
    ['users', /cache\.invalidate\("users"\) does not begin with a slash\. Write '\/users'\./],
    ['/users?all', /has a query string/],
    ['/users/:id', /has :id, which only a decorator can fill/],
    [5, /has 5 for a path/],
    [['/fine', undefined], /has undefined for a path/],
  ])('refuses %p, with the remedy', async (paths, message) => {
    await expect(cache.invalidate(paths as string)).rejects.toThrow(CacheUsageError);
    await expect(cache.invalidate(paths as string)).rejects.toThrow(message);
  });
});
