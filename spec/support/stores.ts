import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keyv } from 'keyv';
import { Cluster, Redis } from 'ioredis6';
import { createCluster, createSentinel } from 'redis';
import { KeyvStore } from '../../lib/keyv.js';
import { MemcachedStore } from '../../lib/memcached.js';
import { RedisStore } from '../../lib/redis.js';
import { KeyvDriver } from '../../lib/stores/keyv/keyv-driver.js';
import { MemcachedDriver } from '../../lib/stores/memcached/memcached-driver.js';
import { driverOf } from '../../lib/stores/redis/driver-of.js';
import { clientOf } from '../../lib/stores/redis/redis-options.js';
import type { Driver } from '../../lib/stores/shared/driver.js';
import type { OpenableStore } from '../../lib/stores/store.js';
import { describeWith, type ServerProgram } from '../../test-servers/installed.js';
import { MemcachedServer } from '../../test-servers/memcached-server.js';
import type { RealServer } from '../../test-servers/real-server.js';
import { RedisCluster } from '../../test-servers/redis-cluster.js';
import { RedisSentinel } from '../../test-servers/redis-sentinel.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { TcpProxy } from '../../test-servers/tcp-proxy.js';
import { SqliteAdapter } from '../../test-servers/sqlite-adapter.js';

/** A server that processes share. Each process that opens the store has its own client. */
export interface SharedServer {
  /** A store for `cache.configure`. */
  create(): OpenableStore;
  /** Creates the driver under such a store. */
  createDriver(): Driver;
  stop?(): Promise<void>;
}

/** A store for several processes. */
export interface SharedKind {
  readonly name: string;
  readonly program?: ServerProgram;
  /** The bytes of the near cache of each process. */
  readonly nearBytes?: number;
  readonly hasAtomicCas: boolean;
  start(): Promise<SharedServer>;
}

const NEAR_BYTES = 1_000_000;

export const redis: SharedKind = {
  name: 'Redis',
  program: 'redis-server',
  hasAtomicCas: true,
  start: async () => onRedis((await RedisServer.start()).url),
};

export const redisWithNearCache: SharedKind = {
  name: 'Redis with a near cache',
  program: 'redis-server',
  nearBytes: NEAR_BYTES,
  hasAtomicCas: true,
  start: async () => onRedis((await RedisServer.start()).url, NEAR_BYTES),
};

const redisCluster: SharedKind = {
  name: 'Redis Cluster',
  program: 'redis-server',
  hasAtomicCas: true,
  start: async () => {
    const cluster = await RedisCluster.start();
    const rootNodes = cluster.rootUrls.map(url => ({ url }));
    const client = () => createCluster({ rootNodes });
    return {
      create: () => new RedisStore({ client: client() }),
      createDriver: () => driverOf(client()),
      stop: () => cluster.stop(),
    };
  },
};

const redisByIoredis: SharedKind = {
  name: 'Redis by ioredis',
  program: 'redis-server',
  hasAtomicCas: true,
  start: async () => {
    const { port } = await RedisServer.start();
    const client = () => new Redis({ port, lazyConnect: true });
    return { create: () => new RedisStore({ client: client() }), createDriver: () => driverOf(client()) };
  },
};

const redisClusterByIoredis: SharedKind = {
  name: 'Redis Cluster by ioredis',
  program: 'redis-server',
  hasAtomicCas: true,
  start: async () => {
    const cluster = await RedisCluster.start();
    const client = () => new Cluster([...cluster.rootUrls], { lazyConnect: true });
    return {
      create: () => new RedisStore({ client: client() }),
      createDriver: () => driverOf(client()),
      stop: () => cluster.stop(),
    };
  },
};

const redisSentinel: SharedKind = {
  name: 'Redis behind a Sentinel',
  program: 'redis-server',
  hasAtomicCas: true,
  start: async () => {
    const group = await RedisSentinel.start();
    const client = () => createSentinel({ name: group.name, sentinelRootNodes: [...group.rootNodes] });
    return {
      create: () => new RedisStore({ client: client() }),
      createDriver: () => driverOf(client()),
      stop: () => group.stop(),
    };
  },
};

export const memcached: SharedKind = {
  name: 'Memcached',
  program: 'memcached',
  hasAtomicCas: true,
  start: async () => onMemcached((await MemcachedServer.start()).address),
};

const memcachedTwice: SharedKind = {
  name: 'two Memcached servers',
  program: 'memcached',
  hasAtomicCas: true,
  start: async () => onMemcached((await MemcachedServer.start()).address, (await MemcachedServer.start()).address),
};

export const keyv: SharedKind = {
  name: 'Keyv over a file of SQLite',
  hasAtomicCas: false,
  start: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyv-'));
    const adapters: SqliteAdapter[] = [];
    const open = () => {
      const adapter = new SqliteAdapter(join(folder, 'cache.db'));
      adapters.push(adapter);
      return new Keyv({ store: adapter });
    };
    return {
      create: () => new KeyvStore(open()),
      createDriver: () => new KeyvDriver(open()),
      stop: async () => {
        await Promise.all(adapters.map(adapter => adapter.disconnect()));
        await rm(folder, { recursive: true });
      },
    };
  },
};

/** All stores for several processes. */
export const sharedStores: readonly SharedKind[] = [
  redis,
  redisWithNearCache,
  redisCluster,
  redisSentinel,
  redisByIoredis,
  redisClusterByIoredis,
  memcached,
  memcachedTwice,
  keyv,
];

/** One shared store of each driver family, and the near cache. The store contract and the races run on all `sharedStores`. */
export const driverFamilies: readonly SharedKind[] = [redis, redisWithNearCache, memcached, keyv];

/** A server, and a network from this process to it. Specs break and restore the network. Other processes do not use it. */
export interface BreakableServer {
  readonly server: RealServer;
  readonly proxy: TcpProxy;
  readonly direct: SharedServer;
  readonly proxied: SharedServer;
}

export interface BreakableKind {
  readonly name: string;
  readonly program: ServerProgram;
  start(): Promise<BreakableServer>;
}

/** Stores whose server or network specs break and restore. */
export const breakableStores: readonly BreakableKind[] = [
  {
    name: 'Redis',
    program: 'redis-server',
    start: async () => breakable(await RedisServer.start(), address => onRedis(`redis://${address}`)),
  },
  {
    name: 'Redis with a near cache',
    program: 'redis-server',
    start: async () => breakable(await RedisServer.start(), address => onRedis(`redis://${address}`, NEAR_BYTES)),
  },
  { name: 'Memcached', program: 'memcached', start: async () => breakable(await MemcachedServer.start(), onMemcached) },
];

async function breakable(server: RealServer, on: (address: string) => SharedServer): Promise<BreakableServer> {
  const proxy = await TcpProxy.to(server.port);
  return { server, proxy, direct: on(server.address), proxied: on(proxy.address) };
}

/** Describes a behaviour on a shared store. All its tests use one server. */
export function describeOn(kind: SharedKind, body: (server: () => SharedServer) => void): void {
  const { name, program } = kind;
  let server: SharedServer;
  const onServer = () => {
    beforeAll(async () => {
      server = await kind.start();
    });
    afterAll(async () => {
      await server.stop?.();
    });
    body(() => server);
  };
  if (program === undefined) describe(`on ${name}:`, onServer);
  else describeWith(program, `on ${name}:`, onServer);
}

/** A store on a Redis that runs already. */
export function onRedis(url: string, nearBytes = 0): SharedServer {
  const nearCache = nearBytes > 0 && { maxBytes: nearBytes };
  return {
    create: () => new RedisStore({ url, nearCache }),
    createDriver: () => driverOf(clientOf({ url })),
  };
}

function onMemcached(...servers: [string, ...string[]]): SharedServer {
  return { create: () => new MemcachedStore(servers), createDriver: () => new MemcachedDriver({ servers }) };
}
