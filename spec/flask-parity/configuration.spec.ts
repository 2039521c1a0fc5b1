import { Get, JsonController, Param, Put } from 'routing-controllers';
import {
  cache,
  CacheConfig,
  Cached,
  CacheUsageError,
  InvalidatesCache,
  Memoized,
  SimpleStore,
  type Address,
  type CacheFault,
} from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../../test-servers/installed.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { describeOn, keyv, memcached, redis } from '../support/stores.js';
import { holdTime } from '../support/time.js';
import { textsOf } from './remote.js';

/** What users of Flask-Caching expect of its configuration: the tests named are those of its own suite. */

startAfresh();

/** Handlers answer with the number of their run, so that equal answers are one answer. */
let runs: number;
const before = { ...process.env };

beforeEach(() => {
  runs = 0;
  for (const name of Object.keys(process.env)) if (name.startsWith('CACHE_')) Reflect.deleteProperty(process.env, name);
});

afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, before);
});

@JsonController('/views')
class ViewsController {
  @Get('/:name')
  @Cached()
  view(@Param('name') name: string) {
    return `${name} in run ${++runs}`;
  }

  @Put('/:name')
  @InvalidatesCache()
  change() {
    return {};
  }
}

class Service {
  @Memoized()
  async get(): Promise<number> {
    return Promise.resolve(++runs);
  }
}

const start = () => TestServer.ofControllers([ViewsController]);

describe('CACHE_TYPE', () => {
  it("'SimpleCache' differs: it is the default, where Flask caches nothing and warns that it does not", async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    expect(await textsOf(await start(), '/views/a', '/views/a')).toEqual(['"a in run 1"', '"a in run 1"']);
    expect(warn).not.toHaveBeenCalled();
  });

  it("'NullCache' stores nothing and returns false, where Flask returns true", async () => {
    cache.configure({ store: 'null' });
    expect(await textsOf(await start(), '/views/a', '/views/a')).toEqual(['"a in run 1"', '"a in run 2"']);
    expect([await new Service().get(), await new Service().get()]).toEqual([3, 4]);
    expect([await cache.set('a', 1), await cache.add('a', 1), await cache.get('a')]).toEqual([false, false, undefined]);
    expect([await cache.delete('a'), await cache.setMany({ a: 1 }), await cache.deleteMany(['a'])]).toEqual([false, [], []]);
  });

  it("'my.module.MyCache' is a store object (test_app_custom_cache_backend, test_cached_uses_public_methods)", async () => {
    const calls: string[] = [];
    class RecordingStore extends SimpleStore {
      override lookup(address: Address) {
        calls.push(address.path.path);
        return super.lookup(address);
      }
    }
    cache.configure({ store: new RecordingStore() });
    await textsOf(await start(), '/views/a', '/views/a');
    expect(calls).toEqual(['/views/a', '/views/a']);
    expect(runs).toBe(1);
  });
});

describe('a backend that fails (CACHE_IGNORE_ERRORS)', () => {
  it('lets the function run, in production and in debugging alike, and reports the fault', async () => {
    class BrokenStore extends SimpleStore {
      override lookup(): never {
        throw new Error('the store is gone');
      }
    }
    const faults: CacheFault[] = [];
    cache.configure({ store: new BrokenStore(), onError: fault => faults.push(fault) });
    expect(await textsOf(await start(), '/views/a', '/views/a')).toEqual(['"a in run 1"', '"a in run 2"']);
    expect([await new Service().get(), await cache.get('a')]).toEqual([3, undefined]);
    expect(new Set(faults.map(({ code }) => code))).toEqual(new Set(['CACHE_STORE_FAILED']));
  });
});

describe('CACHE_DEFAULT_TIMEOUT', () => {
  it.each<[string, () => void]>([
    ['is defaultTimeout', () => { cache.configure({ defaultTimeout: 1 }); }], // prettier-ignore
    ['in the environment is the same variable', () => { process.env.CACHE_DEFAULT_TIMEOUT = '1'; }], // prettier-ignore
  ])('%s, for responses, memoized results and values (test_memoize_timeout)', async (_how, configure) => {
    configure();
    const time = holdTime();
    const server = await start();
    const service = new Service();
    const all = async () => [...(await textsOf(server, '/views/a')), await service.get(), await cache.get('a')];
    await cache.set('a', 'value');
    expect(await all()).toEqual(['"a in run 1"', 2, 'value']);
    time.forwardSeconds(0.999);
    expect(await all()).toEqual(['"a in run 1"', 2, 'value']);
    time.forwardSeconds(0.001);
    expect(await all()).toEqual(['"a in run 3"', 4, undefined]);
  });
});

describe('CACHE_THRESHOLD', () => {
  it('is maxBytes: the least recently used goes first, where Flask counts items', async () => {
    cache.configure({ maxBytes: 100_000, maxEntryBytes: 20_000 });
    const text = 'x'.repeat(20_000 - 2);
    const keys = Array.from({ length: 20 }, (_, index) => `key ${index}`);
    await cache.set('used', 'often');
    for (const key of keys) {
      expect(await cache.set(key, text)).toBe(true);
      expect(await cache.get('used')).toBe('often');
    }
    const kept = (await cache.getMany(keys)).map(value => value !== undefined);
    expect([kept[0], kept.at(-1)]).toEqual([false, true]);
    expect(cache.stats().bytes).toBeLessThanOrEqual(100_000);
  });
});

describe('Cache(app, config={…})', () => {
  it('is cache.configure, of an object (test_dict_config)', async () => {
    cache.configure({ cacheStatus: 'shop' });
    expect((await (await start()).get('/views/a')).headers['cache-status']).toBe('shop; fwd=miss');
  });

  it('a class of settings is cache.configure(SomeClass)', async () => {
    class Settings extends CacheConfig {
      override cacheStatus = 'shop';
    }
    cache.configure(Settings);
    expect((await (await start()).get('/views/a')).headers['cache-status']).toBe('shop; fwd=miss');
  });

  it('differs: it is called once, where init_app may replace the configuration (test_dict_config_both)', () => {
    cache.configure({ store: 'null' });
    expect(() => {
      cache.configure({ store: 'simple' });
    }).toThrow(CacheUsageError);
  });

  it('differs: several Cache() objects are one, and a change in one app invalidates for all apps', async () => {
    const [one, two] = [await start(), await start()];
    expect([...(await textsOf(one, '/views/a')), ...(await textsOf(two, '/views/a'))]).toEqual(['"a in run 1"', '"a in run 1"']);
    await one.put('/views/a');
    expect(await textsOf(two, '/views/a')).toEqual(['"a in run 2"']);
  });
});

describeWith('redis-server', 'CACHE_REDIS_DB', () => {
  it('is in the URL, and another database is not read (test_app_redis_cache_backend_url_custom_db)', async () => {
    const { url } = await RedisServer.start();
    const valueIn = async (database: string): Promise<unknown> => {
      cache.configure({ store: new RedisStore({ url: `${url}${database}` }), storeTimeout: 20 });
      const value = (await cache.get('a')) ?? 'none';
      await cache.set('a', `set in ${database}`);
      await cache.reset();
      return value;
    };
    const values = [];
    for (const database of ['/1', '/2', '/1', '/2']) values.push(await valueIn(database));
    expect(values).toEqual(['none', 'none', 'set in /1', 'set in /2']);
  });
});

describe.each([
  ["'RedisCache'", redis],
  ["'MemcachedCache'", memcached],
  ["'FileSystemCache' (Keyv, over SQLite)", keyv],
])('%s', (_name, kind) => {
  describeOn(kind, server => {
    it('stores responses, memoized results and values for all processes with its CACHE_KEY_PREFIX (test_init_app_multi_apps)', async () => {
      // What a process begins with has nothing of what another had, but for the store.
      const inProcess = async <Result>(keyPrefix: string, use: () => Promise<Result>): Promise<Result> => {
        cache.configure({ store: server().create(), keyPrefix, storeTimeout: 20 });
        const result = await use();
        await cache.reset();
        return result;
      };
      const all = async () => {
        const text = await textsOf(await start(), '/views/a');
        const result = [...text, await new Service().get(), await cache.get('a')];
        await cache.set('a', 'value');
        return result;
      };
      expect(await inProcess('foo', all)).toEqual(['"a in run 1"', 2, undefined]);
      expect(await inProcess('foo', all)).toEqual(['"a in run 1"', 2, 'value']);
      expect(await inProcess('bar', all)).toEqual(['"a in run 3"', 4, undefined]);
      await inProcess('bar', () => cache.clear());
      expect(await inProcess('foo', all)).toEqual(['"a in run 1"', 2, 'value']);
    });

    it('stores values with long or infinite lifetimes (test_huge_timeouts, test_timeouts)', async () => {
      cache.configure({ store: server().create(), keyPrefix: 'long', storeTimeout: 20 });
      for (const timeout of [0, 60 * 60 * 24 * 40, 60 * 60 * 24 * 365 * 20]) {
        expect(await cache.set(`for ${timeout}`, timeout, timeout)).toBe(true);
        expect(await cache.get(`for ${timeout}`)).toBe(timeout);
      }
    });
  });
});
