import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createExpressServer, Get, JsonController } from 'routing-controllers';
import { cache, CacheConfig, CacheConfigError, CacheDefaults, Cached, NullStore } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { SharedStore } from '../../lib/stores/shared/shared-store.js';
import { SimpleStore } from '../../lib/stores/simple/simple-store.js';
import type { StoreSettings } from '../../lib/stores/store.js';
import { startAfresh } from '../support/each.js';
import { root } from '../support/examples.js';
import { describeWith } from '../../test-servers/installed.js';
import { MemcachedServer } from '../../test-servers/memcached-server.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { TestServer } from '../support/server.js';

startAfresh();

const before = { ...process.env };

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('CACHE_')) Reflect.deleteProperty(process.env, name);
});

afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, before);
});

let runs = 0;

@JsonController('/plain')
class PlainController {
  @Get('/')
  @Cached()
  show() {
    return ++runs;
  }

  @Get('/own')
  @Cached({ timeout: 90 })
  showOwn() {
    return ++runs;
  }
}

@JsonController('/classed')
@CacheDefaults({ timeout: 80 })
class ClassedController {
  @Get('/')
  @Cached()
  show() {
    return ++runs;
  }
}

/** Of the second answer: a hit. */
async function ttlOf(path = '/plain'): Promise<number> {
  const server = await TestServer.ofControllers([PlainController, ClassedController]);
  await server.get(path);
  return Number(/; hit; ttl=(\d+)$/.exec((await server.get(path)).headers['cache-status'] as string)?.[1]);
}

function mistakes(options: object = {}): readonly string[] {
  try {
    cache.configure(options);
  } catch (error) {
    expect(error).toBeInstanceOf(CacheConfigError);
    return (error as CacheConfigError).mistakes;
  }
  return [];
}

/** The store at work, and what it was told when it was opened. */
function storeInUse() {
  return processCache.current.get().store;
}

describe('CACHE_TYPE', () => {
  it.each(['simple', 'SIMPLE', 'Simple', 'SimpleCache', 'simplecache', 'flask_caching.backends.SimpleCache'])(
    'takes %s for memory of this process',
    type => {
      process.env.CACHE_TYPE = type;
      cache.configure({});
      expect(storeInUse()).toBeInstanceOf(SimpleStore);
    },
  );

  it.each(['null', 'NullCache', 'flask_caching.backends.NullCache', 'flask_caching.backends.nullcache.NullCache'])(
    'takes %s for no store',
    type => {
      process.env.CACHE_TYPE = type;
      cache.configure({});
      expect(storeInUse()).toBeInstanceOf(NullStore);
    },
  );

  it.each([
    'redis',
    'RedisCache',
    'flask_caching.backends.RedisCache',
    'memcached',
    'MemcachedCache',
    'flask_caching.backends.MemcachedCache',
  ])('takes %s for a store that processes share', type => {
    // Nothing listens there: what it is opened with is another matter.
    process.env.CACHE_REDIS_URL = 'redis://127.0.0.1:1';
    process.env.CACHE_MEMCACHED_SERVERS = '127.0.0.1:1';
    process.env.CACHE_TYPE = type;
    cache.configure({ onError: () => undefined });
    expect(storeInUse()).toBeInstanceOf(SharedStore);
  });

  it.each(['filesystem', 'redis cache', 'RedisSentinelCache', 'simple,redis', 'flask_caching.backends.', 'Cache', 'my redis'])(
    'refuses %s by name',
    type => {
      process.env.CACHE_TYPE = type;
      expect(mistakes()).toEqual([
        `CACHE_TYPE, in the environment, must be simple, null, redis or memcached, got ${JSON.stringify(type)}. Write CACHE_TYPE=redis.`,
      ]);
    },
  );

  it('gives way to the store that the application configures', () => {
    process.env.CACHE_TYPE = 'null';
    cache.configure({ store: 'simple' });
    expect(storeInUse()).toBeInstanceOf(SimpleStore);
  });

  it('gives way to the store of a class, and not to a class without a store', async () => {
    process.env.CACHE_TYPE = 'null';
    class Own extends CacheConfig {
      override store = 'simple' as const;
    }
    cache.configure(Own);
    expect(storeInUse()).toBeInstanceOf(SimpleStore);
    await cache.reset();
    class Other extends CacheConfig {
      override defaultTimeout = 5;
    }
    cache.configure(Other);
    expect(storeInUse()).toBeInstanceOf(NullStore);
  });

  it('is heeded without cache.configure, and undefined is no answer', async () => {
    process.env.CACHE_TYPE = 'null';
    expect(storeInUse()).toBeInstanceOf(NullStore);
    await cache.reset();
    cache.configure({ store: undefined });
    expect(storeInUse()).toBeInstanceOf(NullStore);
  });
});

describe('CACHE_DEFAULT_TIMEOUT', () => {
  it('is the lifetime by default: built-in, environment, configure, class, method', async () => {
    expect(await ttlOf()).toBe(300);
    await cache.reset();
    process.env.CACHE_DEFAULT_TIMEOUT = '60';
    expect([await ttlOf(), await ttlOf('/classed'), await ttlOf('/plain/own')]).toEqual([60, 80, 90]);
    await cache.reset();
    cache.configure({ defaultTimeout: 70 });
    expect([await ttlOf(), await ttlOf('/classed'), await ttlOf('/plain/own')]).toEqual([70, 80, 90]);
  });

  it('gives way to a class, also to one that has it as a getter', async () => {
    process.env.CACHE_DEFAULT_TIMEOUT = '60';
    class Own extends CacheConfig {
      override defaultTimeout = 75;
    }
    cache.configure(Own);
    expect(await ttlOf()).toBe(75);
  });

  it.each<[string, number]>([
    ['0', 0],
    ['1.5', 1.5],
    [' 60 ', 60],
    ['1e3', 1000],
  ])('takes %j', (text, seconds) => {
    process.env.CACHE_DEFAULT_TIMEOUT = text;
    expect(new CacheConfig().defaultTimeout).toBe(seconds);
  });

  it.each(['5m', '-1', 'NaN', 'Infinity', ' ', '60,5'])('refuses %j by name', text => {
    process.env.CACHE_DEFAULT_TIMEOUT = text;
    expect(mistakes()).toEqual([
      `CACHE_DEFAULT_TIMEOUT, in the environment, must be a number of seconds, 0 or more, got ${JSON.stringify(text)}. Write CACHE_DEFAULT_TIMEOUT=300 for five minutes.`,
    ]);
  });
});

describe('CACHE_KEY_PREFIX', () => {
  /** What a store is told. */
  function prefixFor(options: object = {}): string | undefined {
    let keyPrefix: string | undefined;
    const store = {
      open: (settings: StoreSettings) => {
        ({ keyPrefix } = settings);
        return new NullStore();
      },
    };
    cache.configure({ store, ...options });
    storeInUse();
    return keyPrefix;
  }

  it('is the prefix of a store, unless the application configures another one', async () => {
    expect(prefixFor()).toBe('rcc');
    await cache.reset();
    process.env.CACHE_KEY_PREFIX = 'shop';
    expect(prefixFor()).toBe('shop');
    await cache.reset();
    expect(prefixFor({ keyPrefix: 'own' })).toBe('own');
  });

  it.each(['with space', 'ä', 'p'.repeat(65), '\t'])('refuses %j by name', text => {
    process.env.CACHE_KEY_PREFIX = text;
    expect(mistakes()).toEqual([
      expect.stringMatching(
        /^CACHE_KEY_PREFIX, in the environment, must be a string of 1 to 64 printable characters without spaces, got "/,
      ),
    ]);
  });
});

describe('CACHE_REDIS_URL and CACHE_MEMCACHED_SERVERS', () => {
  it.each(['127.0.0.1:6379', 'http://127.0.0.1', 'redis', 'redis://a b'])('refuse %j for a URL', text => {
    process.env.CACHE_REDIS_URL = text;
    expect(mistakes()).toEqual([
      `CACHE_REDIS_URL, in the environment, must be a redis:// or rediss:// URL, got ${JSON.stringify(text)}. Write CACHE_REDIS_URL=redis://127.0.0.1:6379.`,
    ]);
  });

  it.each(['127.0.0.1', 'memcached://127.0.0.1:11211', ',', 'a:1;b:2', 'a:1,b'])('refuse %j for servers', text => {
    process.env.CACHE_MEMCACHED_SERVERS = text;
    expect(mistakes()).toEqual([
      `CACHE_MEMCACHED_SERVERS, in the environment, must be host:port, several separated by commas, got ${JSON.stringify(text)}. Write CACHE_MEMCACHED_SERVERS=127.0.0.1:11211.`,
    ]);
  });

  it('alone choose no store', () => {
    process.env.CACHE_REDIS_URL = 'redis://127.0.0.1:1';
    process.env.CACHE_MEMCACHED_SERVERS = '127.0.0.1:1';
    cache.configure({});
    expect(storeInUse()).toBeInstanceOf(SimpleStore);
  });
});

describe('the environment', () => {
  it('has every mistake named in one error, together with those of the options', () => {
    Object.assign(process.env, {
      CACHE_TYPE: 'files',
      CACHE_DEFAULT_TIMEOUT: 'long',
      CACHE_KEY_PREFIX: 'a b',
      CACHE_REDIS_URL: 'here',
      CACHE_MEMCACHED_SERVERS: 'there',
    });
    expect(mistakes({ enabled: 1 }).map(mistake => mistake.split(/[, ]/)[0])).toEqual([
      'CACHE_TYPE',
      'CACHE_DEFAULT_TIMEOUT',
      'CACHE_KEY_PREFIX',
      'CACHE_REDIS_URL',
      'CACHE_MEMCACHED_SERVERS',
      'enabled',
    ]);
  });

  it('has mistakes that an option of the application does not hide', () => {
    process.env.CACHE_DEFAULT_TIMEOUT = '5m';
    expect(mistakes({ defaultTimeout: 5 })).toHaveLength(1);
  });

  it('ignores an empty variable', async () => {
    for (const name of ['TYPE', 'DEFAULT_TIMEOUT', 'KEY_PREFIX', 'REDIS_URL', 'MEMCACHED_SERVERS'])
      process.env[`CACHE_${name}`] = '';
    cache.configure({});
    expect(storeInUse()).toBeInstanceOf(SimpleStore);
    expect(new CacheConfig().keyPrefix).toBe('rcc');
    expect(await ttlOf()).toBe(300);
  });
});

describeWith('redis-server', 'CACHE_TYPE=redis', () => {
  it('stores responses in the server of CACHE_REDIS_URL, under CACHE_KEY_PREFIX', async () => {
    const server = await RedisServer.start();
    Object.assign(process.env, { CACHE_TYPE: 'RedisCache', CACHE_REDIS_URL: server.url, CACHE_KEY_PREFIX: 'shop' });
    expect(await ttlOf()).toBe(300);
    const keys = (await server.command('KEYS', '*')) as string[];
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter(key => !key.startsWith('shop:'))).toEqual([]);
  });
});

describeWith('memcached', 'CACHE_TYPE=memcached', () => {
  it.each([',', ', ', ' '])('stores responses in the servers of CACHE_MEMCACHED_SERVERS, separated by %j', async separator => {
    const servers = await Promise.all([MemcachedServer.start(), MemcachedServer.start()]);
    const addresses = servers.map(({ address }) => address).join(separator);
    Object.assign(process.env, { CACHE_TYPE: 'MemcachedCache', CACHE_MEMCACHED_SERVERS: addresses });
    expect(await ttlOf()).toBe(300);
  });
});

describe('importing the main entry', () => {
  const PEERS = ['redis', '@redis', 'memcache-client', 'keyv'];
  const program = `
    require('reflect-metadata');
    const { cache } = require('./lib/index.ts');
    const loaded = () => ${JSON.stringify(PEERS)}.filter(name => Object.keys(require.cache).some(file => file.includes('/node_modules/' + name + '/')));
    const before = loaded();
    cache.configure({ onError: () => undefined });
    cache.stats();
    process.stdout.write(JSON.stringify([before, loaded()]));
    process.exit();
  `;

  async function loadedWith(env: Readonly<Record<string, string>>): Promise<unknown> {
    const args = ['--require', 'tsx/cjs', '-e', program];
    const options = { cwd: root, env: { PATH: process.env.PATH, ...env } };
    return JSON.parse((await promisify(execFile)(process.execPath, args, options)).stdout);
  }

  it('loads none of the packages that stores need', async () => {
    expect(await loadedWith({})).toEqual([[], []]);
  });

  it('loads the one that the environment asks for, when it is used', async () => {
    const redis = { CACHE_TYPE: 'redis', CACHE_REDIS_URL: 'redis://127.0.0.1:1' };
    expect(await loadedWith(redis)).toEqual([[], ['redis', '@redis']]);
    const memcached = { CACHE_TYPE: 'memcached', CACHE_MEMCACHED_SERVERS: '127.0.0.1:1' };
    expect(await loadedWith(memcached)).toEqual([[], ['memcache-client']]);
  });
});

describe('an environment that cannot be used', () => {
  it.each([
    ['files', 'CACHE_TYPE, in the environment, must be simple, null, redis or memcached, got "files". Write CACHE_TYPE=redis.'],
    ['FileSystemCache', 'CACHE_TYPE, in the environment, must be'],
  ])('is reported when a server is created, not at its first request: %s', (type, mistake) => {
    @JsonController('/users')
    class UsersController {
      @Get()
      @Cached()
      all(): string[] {
        return [];
      }
    }
    process.env.CACHE_TYPE = type;
    try {
      expect(() => createExpressServer({ controllers: [UsersController] }) as unknown).toThrow(mistake);
    } finally {
      delete process.env.CACHE_TYPE;
    }
    expect(() => createExpressServer({ controllers: [UsersController] }) as unknown).not.toThrow();
  });
});
