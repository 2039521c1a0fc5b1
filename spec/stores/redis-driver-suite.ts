import { driverOf } from '../../lib/stores/redis/driver-of.js';
import type { RedisDriver } from '../../lib/stores/redis/redis-driver.js';
import type { RedisClient } from '../../lib/redis.js';
import { describeWith } from '../../test-servers/installed.js';
import { ready } from '../../test-servers/readiness.js';
import { RedisCluster } from '../../test-servers/redis-cluster.js';
import { RedisSentinel } from '../../test-servers/redis-sentinel.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { TcpProxy } from '../../test-servers/tcp-proxy.js';
import { driverOpener, type RedisClients } from '../support/redis-clients.js';
import { describeDriver } from './driver-suite.js';

const LONG_MS = 60_000;

/** Describes the driver over the clients of one version of one package. */
export function describeRedisDriver(clients: RedisClients): void {
  describeWith('redis-server', `a client of ${clients.name}`, () => {
    describeDriver('one server', async () => {
      const server = await RedisServer.start();
      return { createDriver: () => driverOf(clients.single(server.url)), server };
    });

    describeDriver(
      'a Cluster',
      async () => {
        const cluster = await RedisCluster.start();
        return { createDriver: () => driverOf(clients.cluster(cluster)), stop: () => cluster.stop() };
      },
      { hasServer: false },
    );

    describeDriver(
      'servers behind a Sentinel',
      async () => {
        const group = await RedisSentinel.start();
        return { createDriver: () => driverOf(clients.sentinel(group)), stop: () => group.stop() };
      },
      { hasServer: false },
    );

    describe('as a driver', () => {
      const open = driverOpener();

      async function incarnationOf(driver: RedisDriver, key = 'key'): Promise<string> {
        const [found] = await driver.getMany([key]);
        return found!.incarnation;
      }

      it('has another incarnation after a restart of the server, and not after a new connection', async () => {
        const server = await RedisServer.start();
        const proxy = await TcpProxy.to(server.port);
        const driver = open(clients.single(`redis://${proxy.address}`));
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
        const driver = open(clients.single(group.replica.url));
        await expect(driver.getMany(['key'])).rejects.toThrow('Redis is a replica; the cache needs the primary.');
      });

      it('refuses to read from a primary without its replicas, if the server requires them', async () => {
        const server = await RedisServer.start({ args: ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '1'] });
        const driver = open(clients.single(server.url));
        await expect(driver.getMany(['key'])).rejects.toThrow('Redis has lost its replicas (min-replicas-to-write)');
        await server.command('CONFIG', 'SET', 'min-replicas-to-write', '0');
        expect(await driver.getMany(['key'])).toMatchObject([{ value: undefined }]);
      });

      it('follows a Sentinel to the promoted replica, which is another life', async () => {
        const group = await RedisSentinel.start();
        const driver = open(clients.sentinel(group));
        const first = await incarnationOf(driver);
        await group.failover();
        await ready('the driver has followed', () => incarnationOf(driver).then(again => again !== first));
        await driver.set('key', Buffer.from('value'), LONG_MS);
        expect((await driver.getMany(['key']))[0]!.value?.toString()).toBe('value');
      });

      it('follows the slots of a Cluster to the promoted replica, which is another life', async () => {
        const cluster = await RedisCluster.start({ replicas: 1 });
        const driver = open(clients.cluster(cluster));
        const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`);
        await Promise.all(keys.map(key => driver.set(key, Buffer.from(key), LONG_MS)));
        const before = await driver.getMany(keys);
        expect(new Set(before.map(({ incarnation }) => incarnation)).size).toBe(3);
        const roles = await Promise.all(cluster.nodes.map(async node => String(((await node.command('ROLE')) as unknown[])[0])));
        const lost = cluster.nodes[roles.indexOf('master')]!;
        await lost.kill();
        if (!clients.noticesLostPrimary) {
          await ready('a replica is promoted', () => isPromoted(cluster, lost));
          await lost.restart();
        }
        await ready('the driver has followed', async () => {
          const after = await driver.getMany(keys);
          return after.some(({ incarnation }, index) => incarnation !== before[index]!.incarnation);
        });
        const after = await driver.getMany(keys);
        expect(after.map(({ value }) => value?.toString())).toEqual(keys);
        await Promise.all(keys.map(key => driver.set(key, Buffer.from(`${key}!`), LONG_MS)));
      }, 60_000);

      it('follows a slot that has moved to another server', async () => {
        const cluster = await RedisCluster.start();
        const driver = open(clients.cluster(cluster));
        await driver.set('{moving}a', Buffer.from('old'), LONG_MS);
        await driver.set('{moving}b', Buffer.from('old'), LONG_MS);
        const before = await driver.getMany(['{moving}a']);
        await moveSlotOf('moving', cluster, ['{moving}a', '{moving}b']);

        // A read finds the new server, and so does a write of a driver that has not read.
        const [after] = await driver.getMany(['{moving}a']);
        expect(after!.incarnation).not.toBe(before[0]!.incarnation);
        const other = open(clients.cluster(cluster));
        await other.set('{moving}b', Buffer.from('new'), LONG_MS);
        expect((await driver.getMany(['{moving}b']))[0]!.value?.toString()).toBe('new');
      });

      describe('executes a command once whose reply is lost:', () => {
        it('on one server', async () => {
          const server = await RedisServer.start();
          const proxy = await TcpProxy.to(server.port);
          await expectOneExecution(open(clients.single(`redis://${proxy.address}`)), server, proxy);
        });

        it('behind a Sentinel', async () => {
          const group = await RedisSentinel.start();
          const proxy = await TcpProxy.to(group.master.port);
          await expectOneExecution(open(clients.sentinel(group, mapOf(group.master, proxy))), group.master, proxy);
        });

        it('in a Cluster', async () => {
          const cluster = await RedisCluster.start();
          const server = await serverOf('{moving}', cluster);
          const proxy = await TcpProxy.to(server.port);
          await expectOneExecution(open(clients.cluster(cluster, mapOf(server, proxy))), server, proxy);
        });

        async function expectOneExecution(driver: RedisDriver, server: RedisServer, proxy: TcpProxy): Promise<void> {
          const key = '{moving}key';
          await ready('the driver is connected', async () => (await driver.getMany([key])).length === 1);
          await driver.set(key, Buffer.from('first'), LONG_MS);
          await server.command('CONFIG', 'RESETSTAT');
          proxy.cutAfterBytes(1);
          await expect(driver.set(key, Buffer.from('second'), LONG_MS)).rejects.toThrow();
          await ready('the driver has connected again', async () => (await driver.getMany([key])).length === 1);
          expect(String(await server.command('INFO', 'commandstats'))).toMatch(/^cmdstat_set:calls=1,/m);
        }
      });

      it('leaves a client open that was open, and no listener of its own', async () => {
        const server = await RedisServer.start();
        const client = clients.single(server.url);
        client.on('error', () => undefined);
        await client.connect();
        const driver = driverOf(client);
        driver.open(() => undefined);
        await driver.set('key', Buffer.from('value'), LONG_MS);
        const listeners = () =>
          ['error', 'connect', 'ready', 'close', 'end', 'reconnecting'].map(event => countOf(client, event));
        await driver.close();
        await expect(driver.getMany(['key'])).rejects.toThrow('the store is closed');
        expect(listeners()).toEqual([1, 0, 0, 0, 0, 0]);
        const again = driverOf(client);
        again.open(() => undefined);
        expect((await again.getMany(['key']))[0]!.value?.toString()).toBe('value');
        await again.close();
        clients.end(client);
      });
    });
  });
}

function countOf(client: RedisClient, event: string): number {
  return (client as unknown as { listenerCount(event: string): number }).listenerCount(event);
}

function mapOf(server: RedisServer, proxy: TcpProxy): Record<string, { host: string; port: number }> {
  return { [server.address]: { host: '127.0.0.1', port: proxy.port } };
}

/** True if the other servers have a primary for each slot without one of them. */
async function isPromoted({ nodes }: RedisCluster, lost: RedisServer): Promise<boolean> {
  const others = nodes.filter(node => node !== lost);
  const [states, roles] = await Promise.all([
    Promise.all(others.map(async node => String(await node.command('CLUSTER', 'INFO')))),
    Promise.all(others.map(async node => String(((await node.command('ROLE')) as unknown[])[0]))),
  ]);
  return states.every(state => state.includes('cluster_state:ok')) && roles.filter(role => role === 'master').length === 3;
}

/** The server that has the slot of a key. */
async function serverOf(key: string, { nodes }: RedisCluster): Promise<RedisServer> {
  const answers = await Promise.allSettled(nodes.map(node => node.command('EXISTS', key)));
  return nodes[answers.findIndex(({ status }) => status === 'fulfilled')]!;
}

/** Moves the slot of a tag, with its keys, to another server of a Cluster. */
async function moveSlotOf(tag: string, cluster: RedisCluster, keys: readonly string[]): Promise<void> {
  const source = await serverOf(`{${tag}}`, cluster);
  const target = cluster.nodes.find(node => node !== source)!;
  const slot = String(await source.command('CLUSTER', 'KEYSLOT', tag));
  const [sourceId, targetId] = await Promise.all(
    [source, target].map(async node => String(await node.command('CLUSTER', 'MYID'))),
  );
  await target.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId!);
  await source.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId!);
  await source.command('MIGRATE', '127.0.0.1', String(target.port), '', '0', '5000', 'KEYS', ...keys);
  for (const node of [target, source, ...cluster.nodes]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', targetId!);
}
