import type { Versions } from '../operation-log.js';
import { resourcesShowing } from '../workload.js';
import { fromHere } from './from-here.js';
import type { PlainCache } from './plain-system.js';

interface Manager {
  get(key: string): Promise<Versions | null | undefined>;
  wrap(key: string, compute: () => Promise<Versions>, ttlMs: number): Promise<Versions>;
  set(key: string, value: Versions, ttlMs: number): Promise<unknown>;
  mdel(keys: string[]): Promise<boolean>;
  disconnect(): Promise<void>;
  on(event: string, listener: () => void): void;
}

const HOUR_MS = 3_600_000;

/**
 * Opens cache-manager with the pattern of Nest's documentation: get, else compute and set. With `hasWrap` its own `wrap` computes once
 * for concurrent requests of a process. A change then deletes the keys of all resources that it made stale.
 */
export async function openCacheManager(url: string, hasWrap: boolean, onFault: (code: string) => void): Promise<PlainCache> {
  const { createCache } = await fromHere<{ createCache: (options: object) => Manager }>('cache-manager');
  const { createKeyv } = await fromHere<{ createKeyv: (url: string) => { on(event: string, listener: () => void): void } }>(
    '@keyv/redis',
  );
  const store = createKeyv(url);
  store.on('error', () => onFault('STORE_FAILED'));
  const manager = createCache({ stores: [store] });
  return {
    async remember(path, compute) {
      if (hasWrap) return manager.wrap(path, compute, HOUR_MS);
      const known = await manager.get(path);
      if (known) return known;
      const value = await compute();
      await manager.set(path, value, HOUR_MS);
      return value;
    },
    async change(key, change) {
      await change();
      await manager.mdel(resourcesShowing(key));
    },
    close: () => manager.disconnect(),
  };
}
