import type { CacheOptions } from '../lib/index.js';
import { RedisStore } from '../lib/redis.js';
import { FaultLog } from './fault-log.js';
import type { RedisSettings } from './settings.js';

/** The configuration of the demo's cache. @param redis where responses are kept. Default: the memory of this process */
export function demoCache(redis?: RedisSettings): CacheOptions {
  return {
    store: redis && new RedisStore(redis),
    defaultTimeout: 300,
    maxBytes: 32 * 1024 * 1024,
    onError: new FaultLog().onError,
  };
}
