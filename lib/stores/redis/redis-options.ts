import { CacheConfigError } from '../../errors.js';
import { shown } from '../../shown.js';
import { unknownOptions } from '../../option-mistakes.js';
import { requirePeer } from '../../peer.js';
import type { RedisClient, RedisSingleClient } from './redis-client.js';
import { isRedisUrl } from './redis-url.js';

const DEFAULT_URL = 'redis://127.0.0.1:6379';
const EXAMPLE = `{ url: '${DEFAULT_URL}' }`;

/** Where Redis is, and how it is used. Default: one server, on this machine at port 6379. */
export interface RedisStoreOptions {
  /** `redis://` or `rediss://` (TLS), with user, password and database number. */
  readonly url?: string;
  /**
   * A client of the package `redis`, made by `createClient`, `createCluster` or `createSentinel`. One that is open stays open when the
   * cache is closed.
   */
  readonly client?: RedisClient;
  /**
   * Keeps bodies in this process too, and asks Redis only whether they still hold: one small round trip for each hit, as coherent as
   * without. `true`, or how many bytes they may take. Default `false`; `true` is 67108864 (64 MiB).
   */
  readonly nearCache?: boolean | { readonly maxBytes: number };
}

const NEAR_BYTES = 64 * 1024 * 1024;
/** Milliseconds between two attempts to connect, at most. */
const LONGEST_RETRY_MS = 1000;
/** A connection over which nothing has come for so long is dead, whatever TCP says; it is asked for a sign of life more often. */
const SILENCE_MS = 6000;

interface RedisPackage {
  createClient(options: object): RedisSingleClient;
}

/** @throws CacheConfigError when the package `redis` is not installed */
export function loadRedis(): RedisPackage {
  return requirePeer('redis', 'routing-controllers-cache/redis') as RedisPackage;
}

export function clientOf({ url, client }: RedisStoreOptions): RedisClient {
  if (client !== undefined) return client;
  return loadRedis().createClient({
    url: url ?? DEFAULT_URL,
    // What cannot be sent now fails now; the cache decides what becomes of it.
    disableOfflineQueue: true,
    socket: { socketTimeout: SILENCE_MS, reconnectStrategy: (retries: number) => Math.min(LONGEST_RETRY_MS, 25 * 2 ** retries) },
  });
}

/** What the near cache may take; 0: there is none. */
export function nearBytesOf({ nearCache = false }: RedisStoreOptions): number {
  if (typeof nearCache === 'object') return nearCache.maxBytes;
  return nearCache ? NEAR_BYTES : 0;
}

/** @throws CacheConfigError that names every mistake */
export function redisOptions(given: string | RedisStoreOptions): RedisStoreOptions {
  const options = typeof given === 'string' ? { url: given } : given;
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new CacheConfigError([`RedisStore takes a URL or options, got ${shown(given)}. Write ${EXAMPLE}.`]);
  }
  const { url, client, nearCache } = options;
  const mistakes = unknownOptions(options, ['url', 'client', 'nearCache']);
  if (url !== undefined && !isRedisUrl(url))
    mistakes.push(`url must be a redis:// or rediss:// URL, got ${shown(url)}. Write ${EXAMPLE}.`);
  if (client !== undefined && !isClient(client)) {
    mistakes.push(
      `client must be a client of the package redis, got ${shown(client)}. Write { client: createClient({ url: '${DEFAULT_URL}' }) }.`,
    );
  }
  if (url !== undefined && client !== undefined)
    mistakes.push('url and client contradict each other: the client has its server. Leave one of them out.');
  if (!isNearCache(nearCache)) {
    mistakes.push(`nearCache must be true, false or { maxBytes }, got ${shown(nearCache)}. Write nearCache: true for 64 MiB.`);
  }
  if (mistakes.length > 0) throw new CacheConfigError(mistakes);
  return options;
}

function isClient(value: unknown): boolean {
  const methods = (value ?? {}) as Readonly<Record<string, unknown>>;
  return ['connect', 'destroy', 'sendCommand', 'on'].every(name => typeof methods[name] === 'function');
}

function isNearCache(value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return true;
  const { maxBytes } = (value ?? {}) as { readonly maxBytes?: unknown };
  return typeof maxBytes === 'number' && Number.isSafeInteger(maxBytes) && maxBytes > 0;
}
