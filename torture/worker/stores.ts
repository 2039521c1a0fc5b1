import type { OpenableStore } from '../../lib/stores/store.js';
import type { Assignment } from '../messages.js';

type StoreClass = new (options: unknown) => OpenableStore;

/** Returns the store that an application would configure. */
export async function storeFor({ store, urls }: Assignment): Promise<OpenableStore | 'simple'> {
  const [url = ''] = urls;
  switch (store) {
    case 'redis':
      return new (await storeClass('redis', 'RedisStore'))({ url });
    case 'redis-near':
      return new (await storeClass('redis', 'RedisStore'))({ url, nearCache: true });
    case 'redis-cluster': {
      const { createCluster } = await import('redis');
      const client = createCluster({ rootNodes: urls.map(one => ({ url: one })), defaults: { disableOfflineQueue: true } });
      return new (await storeClass('redis', 'RedisStore'))({ client });
    }
    case 'memcached':
      return new (await storeClass('memcached', 'MemcachedStore'))(urls.map(one => one.replace(/^\w+:\/\//, '')));
    case 'simple':
      return 'simple';
    case 'keyv': {
      const { default: Keyv } = await import('keyv');
      const { SqliteAdapter } = await import('../../test-servers/sqlite-adapter.js');
      return new (await storeClass('keyv', 'KeyvStore'))(new Keyv({ store: new SqliteAdapter(url) }));
    }
  }
}

/** Returns the class of a store, from the entry point that applications import. */
async function storeClass(entryPoint: string, name: string): Promise<StoreClass> {
  const exported = (await import(`../../lib/${entryPoint}.js`)) as Readonly<Record<string, StoreClass>>;
  const found = exported[name];
  if (found === undefined) throw new Error(`lib/${entryPoint}.ts exports no ${name}.`);
  return found;
}
