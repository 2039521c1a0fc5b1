import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keyv } from 'keyv';
import { Redis } from 'ioredis6';
import { createCluster, createSentinel } from 'redis';
import { SimpleStore } from '../../lib/index.js';
import { KeyvStore } from '../../lib/keyv.js';
import { MemcachedStore } from '../../lib/memcached.js';
import { RedisStore, type RedisStoreOptions } from '../../lib/redis.js';
import { describeStore } from '../../store-contract/index.js';
import { describeWith } from '../../test-servers/installed.js';
import { MemcachedServer } from '../../test-servers/memcached-server.js';
import { RedisCluster } from '../../test-servers/redis-cluster.js';
import { RedisSentinel } from '../../test-servers/redis-sentinel.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { SqliteAdapter } from '../../test-servers/sqlite-adapter.js';

const SHARED = { shared: true, servesStale: true };
/** Nothing is compared in one step there. */
const KEYV = { ...SHARED, tracksTagsIndividually: false, atomicAdd: false };

describeStore('SimpleStore', ({ clock }) => new SimpleStore({ clock }), { servesStale: true });

describeStore('SimpleStore, bounded', ({ clock }) => new SimpleStore({ clock, maxBytes: 50_000 }), {
  servesStale: true,
  maxBytes: 50_000,
  largestBody: 40_000,
});

describeWith('redis-server', 'one server', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.start();
  });

  describeStore('RedisStore', () => new RedisStore(server.url), SHARED);
  describeStore(
    'RedisStore by ioredis',
    () => new RedisStore({ client: new Redis({ port: server.port, lazyConnect: true }), nearCache: true }),
    SHARED,
  );
  describeStore('RedisStore with a near cache', () => new RedisStore({ url: server.url, nearCache: true }), SHARED);
});

describeWith('redis-server', 'a cluster', () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await RedisCluster.start();
  });

  const options = (): RedisStoreOptions => ({
    client: createCluster({ rootNodes: cluster.rootUrls.map(url => ({ url })), useReplicas: false }),
  });
  describeStore('RedisStore over a cluster', () => new RedisStore(options()), SHARED);
  describeStore('RedisStore over a cluster, with a near cache', () => new RedisStore({ ...options(), nearCache: true }), SHARED);
});

describeWith('redis-server', 'servers behind a Sentinel', () => {
  let group: RedisSentinel;

  beforeAll(async () => {
    group = await RedisSentinel.start();
  });

  describeStore(
    'RedisStore behind a Sentinel',
    () => new RedisStore({ client: createSentinel({ name: group.name, sentinelRootNodes: [...group.rootNodes] }) }),
    SHARED,
  );
});

describeWith('memcached', 'two servers', () => {
  let servers: readonly MemcachedServer[];

  beforeAll(async () => {
    servers = await Promise.all([MemcachedServer.start(), MemcachedServer.start()]);
  });

  describeStore('MemcachedStore', () => new MemcachedStore(servers[0]!.address), SHARED);
  describeStore('MemcachedStore over two', () => new MemcachedStore(servers.map(({ address }) => address)), SHARED);
});

describe('databases of Keyv', () => {
  const map = new Map();
  let folder: string;
  const adapters: SqliteAdapter[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyv-'));
  });

  afterEach(async () => {
    await Promise.all(adapters.splice(0).map(adapter => adapter.disconnect()));
  });

  afterAll(() => rm(folder, { recursive: true }));

  function sqlite(): SqliteAdapter {
    const adapter = new SqliteAdapter(join(folder, 'cache.db'));
    adapters.push(adapter);
    return adapter;
  }

  describeStore('KeyvStore in memory', () => new KeyvStore(new Keyv({ store: map })), KEYV);
  describeStore('KeyvStore over SQLite', () => new KeyvStore({ adapter: sqlite() }), KEYV);
});
