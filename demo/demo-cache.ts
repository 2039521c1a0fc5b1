import type { CacheOptions } from '../lib/index.js';
import { RedisStore } from '../lib/redis.js';
import { FaultLog } from './fault-log.js';
import type { RedisSettings } from './settings.js';

/** Returns the configuration of the demo's cache. @param redis the store @default the simple store in this process */
export function demoCache(redis?: RedisSettings): CacheOptions {
  return {
    store: redis && new RedisStore(redis),
    defaultTimeout: 300,
    maxBytes: 32 * 1024 * 1024,
    onError: new FaultLog().onError,
  };
}
