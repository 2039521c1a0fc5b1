import { randomBytes } from 'node:crypto';
import { cache } from '../../../lib/index.js';
import { startAfresh, until } from '../../support/each.js';
import { Processes } from '../../support/processes.js';
import type { TestServer } from '../../support/server.js';
import { describeWith } from '../../../test-servers/installed.js';
import { ready } from '../../../test-servers/readiness.js';
import { RedisSentinel } from '../../../test-servers/redis-sentinel.js';
import { RedisServer } from '../../../test-servers/redis-server.js';
import { TcpProxy } from '../../../test-servers/tcp-proxy.js';
import { onRedis, type SharedServer } from '../../support/stores.js';
import { RedisStore } from '../../../lib/redis.js';
import { createSentinel } from 'redis';
import { driverOf } from '../../../lib/stores/redis/driver-of.js';
import { outcomeAndVersion, users, UsersController, versionIn, withNewUsers } from '../../support/users.js';

withNewUsers();
startAfresh();

describeWith('redis-server', 'a Redis that comes back with older data', () => {
  let processes: Processes;
  afterEach(() => processes.end());

  function serveOn(shared: SharedServer, nearBytes: number) {
    processes = new Processes(shared, nearBytes);
    return processes.serve(UsersController);
  }

  async function fill(server: TestServer, version: number): Promise<void> {
    const { stores } = cache.stats();
    expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', version]);
    await until(() => cache.stats().stores === stores + 1);
    expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['hit', version]);
  }

  /** Every answer on the way to the first hit is of this version, and so is that. */
  async function expectOnly(server: TestServer, version: number): Promise<void> {
    await ready('there is a hit', async () => {
      const answer = await server.get('/users/bob');
      expect(versionIn(answer)).toBe(version);
      return answer.outcome === 'hit';
    });
  }

  it.each([
    ['without a near cache', 0],
    ['with one', 1_000_000],
  ])('from a snapshot serves no stale response, %s', async (_how, nearBytes) => {
    const redis = await RedisServer.start();
    const server = await serveOn(onRedis(redis.url, nearBytes), nearBytes);
    const other = processes.open();
    await fill(server, 1);
    await redis.command('SAVE');
    await server.put('/users/bob');
    await fill(server, 2);
    await redis.kill();
    expect(versionIn(await server.get('/users/bob'))).toBe(2);
    await redis.restart();
    const entry = processes.keys.entry(processes.lastAddress);
    expect(Number(await redis.command('EXISTS', entry))).toBe(1);
    await expectOnly(server, 2);
    await ready('the other process is connected', async () => {
      const hit = await other.hit(processes.lastAddress);
      if (hit !== undefined) expect(hit).toBe('{"name":"bob","version":2}');
      return hit !== undefined;
    });
  });

  it('from a snapshot takes no computation of before it for one of after it', async () => {
    const redis = await RedisServer.start();
    const server = await serveOn(onRedis(redis.url), 0);
    const other = processes.open();
    await fill(server, 1);
    await redis.command('SAVE');
    const save = await other.compute(processes.lastAddress);
    await redis.restart();
    await ready('the other process is connected', async () => (await other.driver.getMany(['x'])).length === 1);
    await save('{"name":"bob","version":0}');
    await expectOnly(server, 1);
  });

  it('as a promoted replica without the last writes serves no stale response', async () => {
    const primary = await RedisServer.start();
    const replica = await RedisServer.start({ args: ['--replicaof', '127.0.0.1', String(primary.port)] });
    const proxy = await TcpProxy.to(primary.port);
    const server = await serveOn(onRedis(`redis://${proxy.address}`), 0);
    await fill(server, 1);
    const entry = processes.keys.entry(processes.lastAddress);
    await ready('the replica has the entry', async () => Number(await replica.command('EXISTS', entry)) === 1);
    await replica.command('REPLICAOF', 'NO', 'ONE');
    await server.put('/users/bob');
    await fill(server, 2);
    proxy.redirect(replica.port);
    await primary.kill();
    await expectOnly(server, 2);
    expect(Number(await replica.command('EXISTS', entry))).toBe(1);
  });

  it('behind a Sentinel serves no stale response', async () => {
    const group = await RedisSentinel.start();
    const client = () => createSentinel({ name: group.name, sentinelRootNodes: [...group.rootNodes] });
    const server = await serveOn(
      { create: () => new RedisStore({ client: client() }), createDriver: () => driverOf(client()) },
      0,
    );
    await fill(server, 1);
    await server.put('/users/bob');
    await fill(server, 2);
    await group.failover();
    users.version = 3;
    await cache.invalidate('/users/bob');
    await expectOnly(server, 3);
  });

  it('without its evicted keys serves no stale response (R6)', async () => {
    const redis = await RedisServer.start({ args: ['--maxmemory', '3mb', '--maxmemory-policy', 'allkeys-lru'] });
    const server = await serveOn(onRedis(redis.url), 0);
    await fill(server, 1);
    const generations = processes.keys.generationsOver(processes.lastAddress.path);
    const filler = randomBytes(100_000).toString('base64');
    for (let round = 2; round <= 4; round++) {
      await server.put('/users/bob');
      await ready('generations are evicted', async () => {
        await redis.command('SET', `filler:${String(Math.random())}`, filler);
        return Number(await redis.command('EXISTS', ...generations)) < generations.length;
      });
      expect(versionIn(await server.get('/users/bob'))).toBe(round);
      expect(versionIn(await server.get('/users/bob'))).toBe(round);
    }
  });
});
