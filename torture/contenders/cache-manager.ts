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
 * The pattern of Nest's documentation and of its users: get, else compute and set; or its own `wrap`, which computes once in a process for
 * all who ask at once. After a change, delete what it has changed.
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
