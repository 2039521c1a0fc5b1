import { keysShown } from '../world.js';
import { fromHere } from './from-here.js';
import type { PlainCache } from './plain-system.js';

interface Bento {
  getOrSet(options: { key: string; ttl: string; tags: string[]; factory: () => Promise<unknown> }): Promise<unknown>;
  deleteByTag(options: { tags: string[] }): Promise<unknown>;
  disconnect(): Promise<void>;
  on(event: string, listener: () => void): void;
}

interface Store {
  useL1Layer(driver: unknown): Store;
  useL2Layer(driver: unknown): Store;
  useBus(driver: unknown): Store;
}

/** As its documentation has it: Redis, with memory before it and a bus that tells the others, or without. */
export async function openBentoCache(url: string, hasMemory: boolean, onFault: (code: string) => void): Promise<PlainCache> {
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
  return {
    remember: async (path, compute) =>
      (await bento.getOrSet({ key: path, ttl: '1h', tags: keysShown(path), factory: compute })) as Awaited<
        ReturnType<typeof compute>
      >,
    change: async (key, change) => {
      await change();
      await bento.deleteByTag({ tags: [key] });
    },
    close: () => bento.disconnect(),
  };
}
