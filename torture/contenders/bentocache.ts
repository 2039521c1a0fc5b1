import { keysInResource } from '../workload.js';
import { fromHere } from './from-here.js';
import type { PlainCache } from './plain-system.js';

interface Bento {
  getOrSet(options: {
    key: string;
    ttl: string;
    grace?: string;
    timeout?: number;
    tags: string[];
    factory: () => Promise<unknown>;
  }): Promise<unknown>;
  deleteByTag(options: { tags: string[] }): Promise<unknown>;
  disconnect(): Promise<void>;
  on(event: string, listener: () => void): void;
}

interface Store {
  useL1Layer(driver: unknown): Store;
  useL2Layer(driver: unknown): Store;
  useBus(driver: unknown): Store;
}

/** Entries expire soon. The cache then serves them at once for some time, while one refresh runs. */
const WITH_GRACE = { ttl: '1s', grace: '60s', timeout: 0 };

/** Opens bentocache as its documentation shows: Redis alone, or Redis with memory before it and a bus between the processes. */
export async function openBentoCache(
  url: string,
  { hasMemory, hasGrace }: { readonly hasMemory: boolean; readonly hasGrace: boolean },
  onFault: (code: string) => void,
): Promise<PlainCache> {
  const { BentoCache, bentostore } = await fromHere<{
    BentoCache: new (options: object) => Bento;
    bentostore: () => Store;
  }>('bentocache');
  const { memoryDriver } = await fromHere<{ memoryDriver: (options: object) => unknown }>('bentocache/drivers/memory');
  const { redisDriver, redisBusDriver } = await fromHere<{
    redisDriver: (options: object) => unknown;
    redisBusDriver: (options: object) => unknown;
  }>('bentocache/drivers/redis');
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port) };
  const far = hasMemory ? bentostore().useL1Layer(memoryDriver({ maxSize: '64mb' })) : bentostore();
  const store = far.useL2Layer(redisDriver({ connection }));
  const bento = new BentoCache({
    default: 'all',
    prefix: 'torture',
    stores: { all: hasMemory ? store.useBus(redisBusDriver({ connection, retryQueue: { enabled: true } })) : store },
  });
  bento.on('bus:message:error', () => onFault('BUS_FAILED'));
  const lifetime = hasGrace ? WITH_GRACE : { ttl: '1h' };
  return {
    remember: async (path, compute) =>
      (await bento.getOrSet({ key: path, ...lifetime, tags: keysInResource(path), factory: compute })) as Awaited<
        ReturnType<typeof compute>
      >,
    change: async (key, change) => {
      await change();
      await bento.deleteByTag({ tags: [key] });
    },
    close: () => bento.disconnect(),
  };
}
