import { resolve } from 'node:path';
import type { Arguments } from './arguments.js';
import { StartError } from './start-error.js';

export interface Settings {
  readonly port: number;
  /** The file with the database. */
  readonly database: string;
  /** The URL of a Redis; `undefined` for the simple store in this process. */
  readonly redis: RedisSettings | undefined;
}

export interface RedisSettings {
  readonly url: string;
  /** True if the process also holds bodies in a near cache. */
  readonly nearCache: boolean;
}

/**
 * Reads `PORT` (by default 3000; 0 is any free port), `DEMO_DATABASE` (by default `demo/data/users.db`), and `--redis` or `DEMO_REDIS`.
 *
 * @throws StartError if a setting is unusable
 */
export function readSettings(environment: NodeJS.ProcessEnv, given: Pick<Arguments, 'redis' | 'nearCache'>): Settings {
  const { PORT = '', DEMO_DATABASE = '' } = environment;
  return {
    port: portOf(PORT),
    database: resolve(DEMO_DATABASE === '' ? 'demo/data/users.db' : DEMO_DATABASE),
    redis: redisOf(environment, given),
  };
}

function portOf(text: string): number {
  if (text === '') return 3000;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new StartError(`PORT must be a number from 0 to 65535, got "${text}". Write PORT=3000.`);
}

function redisOf(
  { DEMO_REDIS = '' }: NodeJS.ProcessEnv,
  given: Pick<Arguments, 'redis' | 'nearCache'>,
): RedisSettings | undefined {
  const { redis, nearCache } = given;
  if (redis === undefined && DEMO_REDIS === '') {
    if (nearCache) throw new StartError('--near-cache is for a Redis. Write --redis redis://127.0.0.1:6379 --near-cache');
    return undefined;
  }
  const [name, url, sign] = redis === undefined ? ['DEMO_REDIS', DEMO_REDIS, '='] : ['--redis', redis, ' '];
  if (isRedisUrl(url)) return { url, nearCache };
  throw new StartError(`${name} must be the URL of a Redis, got "${url}". Write ${name}${sign}redis://127.0.0.1:6379`);
}

/** `redis://host:port`, and the number of a database if any; `rediss://` for TLS. */
function isRedisUrl(text: string): boolean {
  if (!/^rediss?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { hostname, pathname } = new URL(text);
  return hostname !== '' && /^\/?\d*$/.test(pathname);
}
