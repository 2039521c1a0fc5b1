import type { Versions } from '../operation-log.js';
import { resourcesShowing } from '../workload.js';
import { fromHere } from './from-here.js';
import type { PlainCache } from './plain-system.js';

type Decorator = (target: object, name: string, descriptor: PropertyDescriptor) => PropertyDescriptor;

interface Core {
  readonly Cacheable: (options: { cacheKey: (args: unknown[]) => string; ttlSeconds: number }) => Decorator;
  readonly CacheClear: (options: { cacheKey: (args: unknown[]) => string[] }) => Decorator;
}

interface Client {
  on(event: string, listener: () => void): void;
  disconnect(): Promise<void>;
}

const HOUR = 3600;

/** Opens type-cacheable with its two decorators, as its documentation shows. */
export async function openTypeCacheable(url: string, onFault: (code: string) => void): Promise<PlainCache> {
  const { Cacheable, CacheClear } = await fromHere<Core>('@type-cacheable/core');
  const { useAdapter } = await fromHere<{ useAdapter: (client: Client) => unknown }>('@type-cacheable/redis-adapter');
  const { createClient } = await fromHere<{ createClient: (options: object) => Client }>('redis');
  const client = createClient({ url, disableOfflineQueue: true });
  client.on('error', () => onFault('STORE_FAILED'));
  useAdapter(client);

  class Resources {
    @Cacheable({ cacheKey: ([path]) => path as string, ttlSeconds: HOUR })
    remember(_path: string, compute: () => Promise<Versions>): Promise<Versions> {
      return compute();
    }

    @CacheClear({ cacheKey: ([key]) => resourcesShowing(key as string) })
    async change(_key: string, change: () => Promise<void>): Promise<boolean> {
      await change();
      return true;
    }
  }
  const resources = new Resources();
  return {
    remember: (path, compute) => resources.remember(path, compute),
    async change(key, change) {
      await resources.change(key, change);
    },
    close: () => client.disconnect(),
  };
}
