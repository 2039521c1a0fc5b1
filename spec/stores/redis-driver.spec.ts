import { createClient, createCluster, createSentinel } from 'redis';
import { RedisCluster as ClusterDriver } from '../../lib/stores/redis/redis-cluster.js';
import type { RedisSingleClient } from '../../lib/stores/redis/redis-client.js';
import { clientOf, redisOptions } from '../../lib/stores/redis/redis-options.js';
import { RedisSentinel as SentinelDriver } from '../../lib/stores/redis/redis-sentinel.js';
import { RedisSingle } from '../../lib/stores/redis/redis-single.js';
import { RedisStore } from '../../lib/redis.js';
import { describeWith } from '../../test-servers/installed.js';
import { RedisCluster } from '../../test-servers/redis-cluster.js';
import { RedisSentinel } from '../../test-servers/redis-sentinel.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { TcpProxy } from '../../test-servers/tcp-proxy.js';
import { ready } from '../../test-servers/readiness.js';
import { describeDriver } from './driver-suite.js';

function singleOf(url: string): RedisSingle {
  return new RedisSingle(clientOf({ url }) as RedisSingleClient);
}

describeWith('redis-server', 'Redis', () => {
  describeDriver('one server', async () => {
    const server = await RedisServer.start();
    return { createDriver: () => singleOf(server.url), server };
  });

  describeDriver('a given client that is not open', async () => {
    const server = await RedisServer.start();
    return { createDriver: () => new RedisSingle(createClient({ url: server.url })), server };
  });

  describeDriver(
    'a Cluster',
    async () => {
      const cluster = await RedisCluster.start();
      const rootNodes = cluster.rootUrls.map(url => ({ url }));
      return { createDriver: () => new ClusterDriver(createCluster({ rootNodes })), stop: () => cluster.stop() };
    },
    { hasServer: false },
  );

  describeDriver(
    'servers behind a Sentinel',
    async () => {
      const group = await RedisSentinel.start();
      const { name, rootNodes } = group;
      return {
        createDriver: () => new SentinelDriver(createSentinel({ name, sentinelRootNodes: [...rootNodes] })),
        stop: () => group.stop(),
      };
    },
    { hasServer: false },
  );

  describe('a Redis driver', () => {
    const opened: { close(): Promise<void> }[] = [];

    function open<D extends { open(onError: (error: unknown) => void): void; close(): Promise<void> }>(driver: D): D {
      driver.open(() => undefined);
      opened.push(driver);
      return driver;
    }

    afterEach(async () => {
      await Promise.all(opened.splice(0).map(driver => driver.close()));
    });

    async function incarnationOf(driver: RedisSingle | ClusterDriver | SentinelDriver, key = 'key'): Promise<string> {
      const [found] = await driver.getMany([key]);
      return found!.incarnation;
    }

    it('has another incarnation after a restart of the server, and not after a new connection', async () => {
      const server = await RedisServer.start();
      const proxy = await TcpProxy.to(server.port);
      const driver = open(singleOf(`redis://127.0.0.1:${proxy.port}`));
      const first = await incarnationOf(driver);
      proxy.cut();
      await ready('the driver has connected again', () => incarnationOf(driver).then(again => again === first));
      await server.restart();
      await ready('the driver has connected again', () => incarnationOf(driver).then(Boolean));
      expect(await incarnationOf(driver)).not.toBe(first);
      proxy.close();
    });

    it('refuses to read from a replica', async () => {
      const group = await RedisSentinel.start();
      const driver = open(singleOf(group.replica.url));
      await expect(driver.getMany(['key'])).rejects.toThrow('Redis is a replica; the cache needs the primary.');
    });

    it('refuses to read from a primary without its replicas, if the server requires them', async () => {
      const server = await RedisServer.start({ args: ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '1'] });
      const driver = open(singleOf(server.url));
      await expect(driver.getMany(['key'])).rejects.toThrow('Redis has lost its replicas (min-replicas-to-write)');
      await server.command('CONFIG', 'SET', 'min-replicas-to-write', '0');
      expect(await driver.getMany(['key'])).toMatchObject([{ value: undefined }]);
    });

    it('follows a Sentinel to the promoted replica, which is another life', async () => {
      const group = await RedisSentinel.start();
      const { name, rootNodes } = group;
      const driver = open(new SentinelDriver(createSentinel({ name, sentinelRootNodes: [...rootNodes] })));
      const first = await incarnationOf(driver);
      await group.failover();
      await ready('the driver has followed', () => incarnationOf(driver).then(again => again !== first));
      await driver.set('key', Buffer.from('value'), 60_000);
      expect((await driver.getMany(['key']))[0]!.value?.toString()).toBe('value');
    });

    it('follows the slots of a Cluster to the promoted replica, which is another life', async () => {
      const cluster = await RedisCluster.start({ replicas: 1 });
      const driver = open(new ClusterDriver(createCluster({ rootNodes: cluster.rootUrls.map(url => ({ url })) })));
      const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`);
      await Promise.all(keys.map(key => driver.set(key, Buffer.from(key), 60_000)));
      const before = await driver.getMany(keys);
      expect(new Set(before.map(({ incarnation }) => incarnation)).size).toBe(3);
      const roles = await Promise.all(cluster.nodes.map(async node => String(((await node.command('ROLE')) as unknown[])[0])));
      await cluster.nodes[roles.indexOf('master')]!.kill();
      await ready('the driver has followed', async () => {
        const after = await driver.getMany(keys);
        return after.some(({ incarnation }, index) => incarnation !== before[index]!.incarnation);
      });
      const after = await driver.getMany(keys);
      expect(after.map(({ value }) => value?.toString())).toEqual(keys);
    }, 60_000);

    it('leaves a client open that was open', async () => {
      const server = await RedisServer.start();
      const client = createClient({ url: server.url });
      client.on('error', () => undefined);
      await client.connect();
      const driver = new RedisSingle(client);
      driver.open(() => undefined);
      await driver.close();
      expect(client.isOpen).toBe(true);
      client.destroy();
    });
  });
});

describe('the options of RedisStore', () => {
  const client = createClient();

  it.each([
    [{ url: 'http://host' }, 'url must be a redis:// or rediss:// URL, got "http://host".'],
    ['localhost:6379', 'url must be a redis:// or rediss:// URL, got "localhost:6379".'],
    [null, 'RedisStore takes a URL or options, got null.'],
    [{ host: 'localhost' }, 'there is no option host (got "localhost"). Write one of url, client, nearCache.'],
    [{ client: {} }, 'client must be a client of the package redis, got {}.'],
    [{ url: 'redis://host', client }, 'url and client contradict each other'],
    [{ nearCache: 5 }, 'nearCache must be true, false or { maxBytes }, got 5.'],
    [{ nearCache: { maxBytes: 0 } }, 'nearCache must be true, false or { maxBytes }, got { maxBytes: 0 }.'],
  ])('are refused where they cannot work: %j', (options, mistake) => {
    expect(() => new RedisStore(options as never)).toThrow(mistake);
  });

  it('may be a URL, a client, or nothing', () => {
    expect(() => [new RedisStore(), new RedisStore('redis://host'), new RedisStore({ client })]).not.toThrow();
    expect(redisOptions({ nearCache: { maxBytes: 1000 } })).toEqual({ nearCache: { maxBytes: 1000 } });
  });
});
