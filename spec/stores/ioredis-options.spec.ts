import { Cluster, Redis } from 'ioredis6';
import type { RedisDriver } from '../../lib/stores/redis/redis-driver.js';
import { cache, type CacheFault } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';
import { describeWith } from '../../test-servers/installed.js';
import { ready } from '../../test-servers/readiness.js';
import { RedisCluster } from '../../test-servers/redis-cluster.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { startAfresh } from '../support/each.js';
import { driverOpener } from '../support/redis-clients.js';

const LONG_MS = 60_000;

startAfresh();

describeWith('redis-server', 'a client of ioredis', () => {
  const open = driverOpener();

  async function expectToWork(driver: RedisDriver): Promise<void> {
    await driver.set('key', Buffer.from('one'), LONG_MS);
    expect(await driver.replace('key', Buffer.from('o'), Buffer.from('two'), LONG_MS)).toBe(true);
    expect(await driver.compareAndSet('key', Buffer.from('one'), Buffer.from('three'), LONG_MS)).toBe(false);
    await driver.extendTtl(['key'], 2 * LONG_MS);
    expect((await driver.getMany(['key', 'other'])).map(({ value }) => value?.toString())).toEqual(['two', undefined]);
  }

  it('puts its prefix before each key', async () => {
    const server = await RedisServer.start();
    await expectToWork(open(new Redis({ port: server.port, lazyConnect: true, keyPrefix: 'app:' })));
    expect(await server.command('KEYS', '*')).toEqual(['app:key']);
  });

  it('may have a prefix in a Cluster, whose slots follow from the whole key, and read from replicas otherwise', async () => {
    const cluster = await RedisCluster.start({ replicas: 1 });
    const options = { lazyConnect: true, keyPrefix: 'app:', scaleReads: 'slave' } as const;
    const driver = open(new Cluster([...cluster.rootUrls], options));
    for (let round = 0; round < 20; round++) {
      await driver.set(`key-${round}`, Buffer.from('one'), LONG_MS);
      // A replica may not have the value yet, and the identity refuses its reply.
      expect((await driver.getMany([`key-${round}`]))[0]!.value?.toString()).toBe('one');
    }
  }, 60_000);

  it.each([
    { enableAutoPipelining: true },
    { stringNumbers: true },
    { commandTimeout: 5000 },
    { maxRetriesPerRequest: null },
    { enableOfflineQueue: false },
    { showFriendlyErrorStack: true },
    { protocol: 2 as const },
    { replyMapping: 'resp3' as const },
  ])('may have %j', async options => {
    const server = await RedisServer.start();
    await expectToWork(open(new Redis({ port: server.port, lazyConnect: true, ...options })));
  });

  it('that is still connecting is waited for, so that the first look-up does not fail', async () => {
    const server = await RedisServer.start();
    const client = new Redis({ port: server.port });
    expect(await open(client).getMany(['key'])).toMatchObject([{ value: undefined }]);
    client.disconnect();
  });

  it('that the application closes fails each operation, with the reason', async () => {
    const server = await RedisServer.start();
    const client = new Redis({ port: server.port });
    const driver = open(client);
    await driver.getMany(['key']);
    await client.quit();
    await ready('it has ended', () => Promise.resolve(client.status === 'end'));
    await expect(driver.getMany(['key'])).rejects.toThrow('the application has closed the client of Redis');
  });

  it('with a wrong password, or without a password, is reported with the remedy', async () => {
    const server = await RedisServer.start();
    await server.command('CONFIG', 'SET', 'requirepass', 'right');
    for (const options of [{ password: 'wrong' }, {}]) {
      const faults: CacheFault[] = [];
      const client = new Redis({ port: server.port, ...options });
      cache.configure({ store: new RedisStore({ client }), storeTimeout: 5, onError: fault => faults.push(fault) });
      expect(await cache.get('key')).toBeUndefined();
      await ready('it is reported', () => Promise.resolve(faults.length > 0));
      expect(faults[0]!.message).toMatch(/(?:WRONGPASS|NOAUTH).* Write the right password/);
      await cache.reset();
      client.disconnect();
    }
  });
});
