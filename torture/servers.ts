import type { ForkOptions } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemcachedServer } from '../test-servers/memcached-server.js';
import { RedisCluster } from '../test-servers/redis-cluster.js';
import { RedisServer } from '../test-servers/redis-server.js';
import type { RealServer } from '../test-servers/real-server.js';
import type { StoreKind } from './messages.js';

/** What keeps the cache in a run. */
export interface Servers {
  /** Those that scenarios break; of a Cluster, its nodes; none where a file is the store. */
  readonly breakable: readonly RealServer[];
  readonly urls: readonly string[];
  /** How the process of a place is started; without: as usual. */
  optionsOf?(place: number): ForkOptions;
  stop(): Promise<void>;
}

export async function startServers(store: StoreKind): Promise<Servers> {
  switch (store) {
    case 'redis':
    case 'redis-near': {
      const server = await RedisServer.start();
      return { breakable: [server], urls: [server.url], stop: () => server.stop() };
    }
    case 'redis-cluster': {
      const cluster = await RedisCluster.start();
      return { breakable: cluster.nodes, urls: cluster.rootUrls, stop: () => cluster.stop() };
    }
    case 'memcached': {
      const server = await MemcachedServer.start();
      return { breakable: [server], urls: [`memcached://${server.address}`], stop: () => server.stop() };
    }
    case 'simple':
      return { breakable: [], urls: [], stop: () => Promise.resolve() };
    case 'keyv': {
      const folder = await mkdtemp(join(tmpdir(), 'torture-'));
      const stop = () => rm(folder, { recursive: true, force: true });
      return { breakable: [], urls: [join(folder, 'cache.sqlite')], stop };
    }
  }
}
