import { resolve } from 'node:path';
import type { Arguments } from './arguments.js';
import { StartError } from './start-error.js';

export interface Settings {
  readonly port: number;
  /** The file with the database. */
  readonly database: string;
  /** `undefined`: responses are kept in the memory of the process. */
  readonly redis: RedisSettings | undefined;
}

export interface RedisSettings {
  readonly url: string;
  /** Whether bodies are kept in the process too. */
  readonly nearCache: boolean;
}

/**
 * Reads `PORT` (else 3000; 0: any free one), `DEMO_DATABASE` (else `demo/data/users.db`), and `--redis` or else `DEMO_REDIS`.
 *
 * @throws StartError when one of them cannot be used
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
