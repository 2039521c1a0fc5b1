import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keyv } from 'keyv';
import { createCluster, createSentinel } from 'redis';
import { KeyvStore } from '../../lib/keyv.js';
import { MemcachedStore } from '../../lib/memcached.js';
import { RedisStore } from '../../lib/redis.js';
import { KeyvDriver } from '../../lib/stores/keyv/keyv-driver.js';
import { MemcachedDriver } from '../../lib/stores/memcached/memcached-driver.js';
import { RedisCluster as RedisClusterDriver } from '../../lib/stores/redis/redis-cluster.js';
import { clientOf } from '../../lib/stores/redis/redis-options.js';
import { RedisSentinel as RedisSentinelDriver } from '../../lib/stores/redis/redis-sentinel.js';
import { RedisSingle } from '../../lib/stores/redis/redis-single.js';
import type { Driver } from '../../lib/stores/shared/driver.js';
import type { OpenableStore } from '../../lib/stores/store.js';
import { describeWith, type ServerProgram } from './servers/installed.js';
import { MemcachedServer } from './servers/memcached-server.js';
import { RedisCluster } from './servers/redis-cluster.js';
import { RedisSentinel } from './servers/redis-sentinel.js';
import { RedisServer } from './servers/redis-server.js';
import { SqliteAdapter } from './sqlite-adapter.js';

/** One that specs break and mend. */
export interface BreakableServer {
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** What processes share: each that opens it has a client of its own. */
export interface SharedServer {
  /** A store for `cache.configure`. */
  create(): OpenableStore;
  /** What such a store stands on. */
  createDriver(): Driver;
  readonly breakable?: BreakableServer;
  stop?(): Promise<void>;
}

/** A store that processes share. */
export interface SharedKind {
  readonly name: string;
  readonly program?: ServerProgram;
  /** Bytes of bodies that each process keeps itself. */
  readonly nearBytes?: number;
  readonly exchangesAtomically: boolean;
  start(): Promise<SharedServer>;
}

const NEAR_BYTES = 1_000_000;

export const redis: SharedKind = {
  name: 'Redis',
  program: 'redis-server',
  exchangesAtomically: true,
  start: async () => onRedis(await RedisServer.start()),
};

export const redisWithNearCache: SharedKind = {
  name: 'Redis with a near cache',
  program: 'redis-server',
  nearBytes: NEAR_BYTES,
  exchangesAtomically: true,
  start: async () => onRedis(await RedisServer.start(), NEAR_BYTES),
};

export const redisCluster: SharedKind = {
  name: 'Redis Cluster',
  program: 'redis-server',
  exchangesAtomically: true,
  start: async () => {
    const cluster = await RedisCluster.start();
    const rootNodes = cluster.rootUrls.map(url => ({ url }));
    const client = () => createCluster({ rootNodes });
    return {
      create: () => new RedisStore({ client: client() as never }),
      createDriver: () => new RedisClusterDriver(client() as never),
      stop: () => cluster.stop(),
    };
  },
};

export const redisSentinel: SharedKind = {
  name: 'Redis behind a Sentinel',
  program: 'redis-server',
  exchangesAtomically: true,
  start: async () => {
    const group = await RedisSentinel.start();
    const client = () => createSentinel({ name: group.name, sentinelRootNodes: [...group.rootNodes] });
    return {
      create: () => new RedisStore({ client: client() as never }),
      createDriver: () => new RedisSentinelDriver(client() as never),
      stop: () => group.stop(),
    };
  },
};

export const memcached: SharedKind = {
  name: 'Memcached',
  program: 'memcached',
  exchangesAtomically: true,
  start: async () => {
    const server = await MemcachedServer.start();
    return { ...onMemcached(server), breakable: server };
  },
};

export const memcachedTwice: SharedKind = {
  name: 'two Memcached servers',
  program: 'memcached',
  exchangesAtomically: true,
  start: async () => onMemcached(await MemcachedServer.start(), await MemcachedServer.start()),
};

export const keyv: SharedKind = {
  name: 'Keyv over a file of SQLite',
  exchangesAtomically: false,
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

/** Every store that processes share. */
export const sharedStores: readonly SharedKind[] = [
  redis,
  redisWithNearCache,
  redisCluster,
  redisSentinel,
  memcached,
  memcachedTwice,
  keyv,
];

/** Describes what must hold on a shared store, on one server for all of it. */
export function describeOn({ program, name, start }: SharedKind, body: (server: () => SharedServer) => void): void {
  let server: SharedServer;
  const onServer = () => {
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.stop?.());
    body(() => server);
  };
  if (program === undefined) describe(`on ${name}:`, onServer);
  else describeWith(program, `on ${name}:`, onServer);
}

/** A Redis that runs already. */
export function onRedis(server: RedisServer, nearBytes = 0): SharedServer {
  const { url } = server;
  const nearCache = nearBytes > 0 && { maxBytes: nearBytes };
  return {
    create: () => new RedisStore({ url, nearCache }),
    createDriver: () => new RedisSingle(clientOf({ url }) as ConstructorParameters<typeof RedisSingle>[0]),
    breakable: server,
  };
}

function onMemcached(...servers: readonly [MemcachedServer, ...MemcachedServer[]]): SharedServer {
  const addresses = servers.map(({ address }) => address) as [string, ...string[]];
  return {
    create: () => new MemcachedStore(addresses),
    createDriver: () => new MemcachedDriver({ servers: addresses }),
  };
}
