import type { ForkOptions } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemcachedServer } from '../test-servers/memcached-server.js';
import { RedisCluster } from '../test-servers/redis-cluster.js';
import { RedisServer } from '../test-servers/redis-server.js';
import type { RealServer } from '../test-servers/real-server.js';
import type { StoreKind } from './messages.js';

/** The servers of the store in a run. */
export interface Servers {
  /** The servers that scenarios break: the nodes of a Cluster, and none if the store is memory or a file. */
  readonly breakable: readonly RealServer[];
  readonly urls: readonly string[];
  /** Returns the start options of the process at a place. @default no options */
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
