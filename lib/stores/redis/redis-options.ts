import { CacheConfigError } from '../../errors/cache-errors.js';
import { formatValue } from '../../errors/format-value.js';
import { unknownOptions } from '../../errors/option-errors.js';
import { missingPeer } from '../../errors/require-peer.js';
import type { OwnClient } from './own-connection.js';
import { clientMistake, type RedisClient } from './redis-client.js';
import { redisPlace, redisUrlMistake } from './redis-url.js';

const DEFAULT_URL = 'redis://127.0.0.1:6379';
const EXAMPLE = `{ url: '${DEFAULT_URL}' }`;

/** The options of the Redis store. Default: one server on this machine, at port 6379. */
export interface RedisStoreOptions {
  /**
   * `redis://` or `rediss://` (TLS), with user, password and database number; or `unix://` with the path of a socket, such as
   * `unix:///run/redis.sock?db=1`.
   */
  readonly url?: string;
  /**
   * A client of the package `redis`, made by `createClient`, `createCluster` or `createSentinel`; or a `Redis` or `Cluster` of the package
   * `ioredis`. A client that is open stays open when the cache is closed.
   */
  readonly client?: RedisClient;
  /**
   * Stores bodies in this process, too. Each hit still costs one small round trip, in which Redis confirms the entry, so the cache is as
   * coherent as without. `true`, or the maximum bytes of the bodies. Default `false`; `true` is 67108864 (64 MiB).
   */
  readonly nearCache?: boolean | { readonly maxBytes: number };
}

const NEAR_BYTES = 64 * 1024 * 1024;
/** The maximum milliseconds between two attempts to connect. */
const LONGEST_RETRY_MS = 1000;

interface RedisPackage {
  createClient(options: object): OwnClient;
}

/** @throws CacheConfigError if the package `redis` is not installed */
export function loadRedis(): RedisPackage {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is used, by a call that bundlers find
    return require('redis') as RedisPackage;
  } catch (error) {
    throw missingPeer('redis', 'routing-controllers-cache/redis', error);
  }
}

/** Creates the client of a URL. */
export function clientOf({ url }: RedisStoreOptions): OwnClient {
  const { socket, ...place } = { socket: {}, ...redisPlace(url ?? DEFAULT_URL) };
  return loadRedis().createClient({
    ...place,
    // A command that cannot be sent fails at once, and the cache decides about a retry.
    disableOfflineQueue: true,
    socket: {
      ...socket,
      reconnectStrategy: (retries: number) => Math.min(LONGEST_RETRY_MS, 25 * 2 ** retries),
    },
  });
}

/** Returns the maximum bytes of the near cache; 0 without a near cache. */
export function nearBytesOf({ nearCache = false }: RedisStoreOptions): number {
  if (typeof nearCache === 'object') return nearCache.maxBytes;
  return nearCache ? NEAR_BYTES : 0;
}

/** @throws CacheConfigError with all mistakes */
export function redisOptions(given: string | RedisStoreOptions): RedisStoreOptions {
  const options = typeof given === 'string' ? { url: given } : given;
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new CacheConfigError([`RedisStore takes a URL or options, got ${formatValue(given)}. Write ${EXAMPLE}.`]);
  }
  const { url, client, nearCache } = options;
  const mistakes = unknownOptions(options, ['url', 'client', 'nearCache']);
  const urlMistake = url === undefined ? undefined : redisUrlMistake(url, formatValue(url), EXAMPLE);
  if (urlMistake !== undefined) mistakes.push(urlMistake);
  const mistake = client === undefined ? undefined : clientMistake(client);
  if (mistake !== undefined) mistakes.push(mistake);
  if (url !== undefined && client !== undefined)
    mistakes.push('url and client contradict each other: the client has its server. Leave one of them out.');
  if (!isNearCache(nearCache)) {
    mistakes.push(
      `nearCache must be true, false or { maxBytes }, got ${formatValue(nearCache)}. Write nearCache: true for 64 MiB.`,
    );
  }
  if (mistakes.length > 0) throw new CacheConfigError(mistakes);
  return options;
}

function isNearCache(value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return true;
  const { maxBytes } = (value ?? {}) as { readonly maxBytes?: unknown };
  return typeof maxBytes === 'number' && Number.isSafeInteger(maxBytes) && maxBytes > 0;
}
