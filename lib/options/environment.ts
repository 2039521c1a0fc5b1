import { CacheConfigError } from '../errors/cache-errors.js';
import { isServerAddress } from '../stores/memcached/memcached-options.js';
import { isRedisUrl } from '../stores/redis/redis-url.js';
import type { OpenableStore } from '../stores/store.js';
import { isName, isSeconds } from './validate.js';
import { formatValue } from '../errors/format-value.js';

/** The values of `CACHE_TYPE`: the names of this library, or those of Flask-Caching (`RedisCache`). */
const TYPE = /^(?:[\w.]*\.)?(simple|null|redis|memcached)(?:cache)?$/i;

interface Variable {
  readonly name: string;
  holds(text: string): boolean;
  readonly expectation: string;
  readonly example: string;
}

const VARIABLES = {
  type: {
    name: 'CACHE_TYPE',
    holds: text => TYPE.test(text),
    expectation: 'simple, null, redis or memcached',
    example: 'CACHE_TYPE=redis',
  },
  defaultTimeout: {
    name: 'CACHE_DEFAULT_TIMEOUT',
    holds: text => text.trim() !== '' && isSeconds(Number(text)),
    expectation: 'a number of seconds, 0 or more',
    example: 'CACHE_DEFAULT_TIMEOUT=300 for five minutes',
  },
  keyPrefix: {
    name: 'CACHE_KEY_PREFIX',
    holds: isName,
    expectation: 'a string of 1 to 64 printable characters without spaces',
    example: 'CACHE_KEY_PREFIX=rcc',
  },
  redisUrl: {
    name: 'CACHE_REDIS_URL',
    holds: isRedisUrl,
    expectation: 'a redis:// or rediss:// URL',
    example: 'CACHE_REDIS_URL=redis://127.0.0.1:6379',
  },
  memcachedServers: {
    name: 'CACHE_MEMCACHED_SERVERS',
    holds: text => serversIn(text).length > 0 && serversIn(text).every(isServerAddress),
    expectation: 'host:port, several separated by commas',
    example: 'CACHE_MEMCACHED_SERVERS=127.0.0.1:11211',
  },
} as const satisfies Record<string, Variable>;

/** The options in the environment, under the names of Flask-Caching. An unset or invalid variable gives `undefined`. */
export const environment = {
  /** A store that needs an optional package is created only when the cache opens it. The package is loaded at that moment. */
  get store(): 'simple' | 'null' | OpenableStore | undefined {
    const store = namedStore();
    return typeof store === 'function' ? { open: settings => store().open(settings) } : store;
  },

  get defaultTimeout(): number | undefined {
    const text = read(VARIABLES.defaultTimeout);
    return text === undefined ? undefined : Number(text);
  },

  get keyPrefix(): string | undefined {
    return read(VARIABLES.keyPrefix);
  },
};

/**
 * Checks the environment at the start of the server, so a mistake does not wait for the first request.
 *
 * @throws CacheConfigError that names every mistake, or the missing package that `CACHE_TYPE` needs
 */
export function verifyEnvironment(): void {
  const mistakes = environmentMistakes();
  if (mistakes.length > 0) throw new CacheConfigError(mistakes);
  const store = namedStore();
  if (typeof store === 'function') store();
}

/** Returns one sentence for each mistake in the environment. */
export function environmentMistakes(): string[] {
  return Object.values<Variable>(VARIABLES).flatMap(variable => {
    const { name, expectation, example } = variable;
    const text = process.env[name];
    if (text === undefined || text === '' || variable.holds(text)) return [];
    return [`${name}, in the environment, must be ${expectation}, got ${formatValue(text)}. Write ${example}.`];
  });
}

function namedStore(): 'simple' | 'null' | (() => OpenableStore) | undefined {
  const [, type] = TYPE.exec(read(VARIABLES.type) ?? '') ?? [];
  switch (type?.toLowerCase()) {
    case 'simple':
      return 'simple';
    case 'null':
      return 'null';
    case 'redis':
      return () => new (redis().RedisStore)({ url: read(VARIABLES.redisUrl) });
    case 'memcached': {
      const servers = read(VARIABLES.memcachedServers);
      return () => new (memcached().MemcachedStore)({ servers: servers && serversIn(servers) });
    }
    default:
      return undefined;
  }
}

/** Treats an empty variable as an unset one. */
function read(variable: Variable): string | undefined {
  const text = process.env[variable.name];
  return text !== undefined && text !== '' && variable.holds(text) ? text : undefined;
}

function serversIn(text: string): string[] {
  return text.split(/[\s,]+/).filter(server => server !== '');
}

/* eslint-disable @typescript-eslint/no-require-imports -- the module and its optional package are loaded only when they are used */
function redis(): typeof import('../redis.js') {
  return require('../redis.js') as typeof import('../redis.js');
}

function memcached(): typeof import('../memcached.js') {
  return require('../memcached.js') as typeof import('../memcached.js');
}
