import { Cluster, Redis } from 'ioredis6';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis';
import { createClient, createCluster, createSentinel } from 'redis';
import { createClient as createClient5, createCluster as createCluster5, createSentinel as createSentinel5 } from 'redis5';
import { driverOf } from '../../lib/stores/redis/driver-of.js';
import type { RedisDriver } from '../../lib/stores/redis/redis-driver.js';
import type { RedisClient } from '../../lib/redis.js';
import type { RedisCluster } from '../../test-servers/redis-cluster.js';
import type { RedisSentinel } from '../../test-servers/redis-sentinel.js';

/** Returns a function that opens the driver of a client. The drivers are closed after each test. */
export function driverOpener(): (client: RedisClient) => RedisDriver {
  const opened: RedisDriver[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(driver => driver.close()));
  });
  return client => {
    const driver = driverOf(client);
    driver.open(() => undefined);
    opened.push(driver);
    return driver;
  };
}

/** Where servers are found in place of their own addresses. */
type AddressMap = Readonly<Record<string, { host: string; port: number }>>;

/** Makes clients of one version of one package, as applications do. None of them is connected yet. */
export interface RedisClients {
  readonly name: string;
  /** A client of a Cluster learns that a primary is gone from the other servers. Otherwise it learns it when that server returns. */
  readonly noticesLostPrimary: boolean;
  single(url: string, options?: { keyPrefix?: string }): RedisClient;
  cluster(servers: RedisCluster, map?: AddressMap): RedisClient;
  sentinel(group: RedisSentinel, map?: AddressMap): RedisClient;
  /** Ends a client that the driver has left open. */
  end(client: RedisClient): void;
}

export const redis6: RedisClients = {
  name: 'redis 6',
  noticesLostPrimary: true,
  single: url => createClient({ url }),
  cluster: ({ rootUrls }, nodeAddressMap = {}) => createCluster({ rootNodes: rootUrls.map(url => ({ url })), nodeAddressMap }),
  sentinel: ({ name, rootNodes }, nodeAddressMap = {}) =>
    createSentinel({ name, sentinelRootNodes: [...rootNodes], nodeAddressMap }),
  end: client => (client as ReturnType<typeof createClient>).destroy(),
};

export const redis5: RedisClients = {
  name: 'redis 5',
  noticesLostPrimary: false,
  single: url => createClient5({ url }),
  cluster: ({ rootUrls }, nodeAddressMap = {}) => createCluster5({ rootNodes: rootUrls.map(url => ({ url })), nodeAddressMap }),
  sentinel: ({ name, rootNodes }, nodeAddressMap = {}) =>
    createSentinel5({ name, sentinelRootNodes: [...rootNodes], nodeAddressMap }),
  end: client => (client as ReturnType<typeof createClient5>).destroy(),
};

export const ioredis6 = ioredisClients(
  'ioredis 6',
  options => new Redis(options),
  (urls, options) => new Cluster(urls, options),
);

export const ioredis5 = ioredisClients(
  'ioredis 5',
  options => new Redis5(options),
  (urls, options) => new Cluster5(urls, options),
);

/** The options of ioredis that specs need. */
interface IoredisOptions {
  readonly host?: string;
  readonly port?: number;
  readonly keyPrefix?: string;
  readonly lazyConnect: true;
  readonly name?: string;
  readonly sentinels?: { host: string; port: number }[];
  readonly natMap?: Record<string, { host: string; port: number }>;
}

/** Connects when it first sends a command, or at a call of `connect`. */
const LAZY = { lazyConnect: true } as const;

function ioredisClients(
  name: string,
  single: (options: IoredisOptions) => RedisClient,
  cluster: (urls: string[], options: IoredisOptions) => RedisClient,
): RedisClients {
  return {
    name,
    noticesLostPrimary: true,
    single: (url, options = {}) => {
      const { hostname, port } = new URL(url);
      return single({ host: hostname, port: Number(port), ...LAZY, ...options });
    },
    cluster: ({ rootUrls }, natMap = {}) => cluster([...rootUrls], { ...LAZY, natMap }),
    sentinel: ({ name: group, rootNodes }, natMap = {}) => single({ ...LAZY, name: group, sentinels: [...rootNodes], natMap }),
    end: client => {
      (client as Redis).disconnect();
    },
  };
}
