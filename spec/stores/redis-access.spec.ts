import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { cache, type CacheFault } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';
import { startAfresh, until } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../../test-servers/installed.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { UsersController, withNewUsers } from '../support/users.js';

startAfresh();
withNewUsers();

describeWith('redis-server', 'Redis', () => {
  let redis: RedisServer;
  let faults: CacheFault[];
  beforeAll(async () => {
    redis = await RedisServer.start({ args: ['--unixsocket', 'redis.sock'] });
  });
  afterAll(() => redis.stop());
  beforeEach(() => {
    faults = [];
  });

  async function outcomesOf(url: string): Promise<unknown[]> {
    cache.configure({ store: new RedisStore(url), keyPrefix: 'app', storeTimeout: 5, onError: fault => faults.push(fault) });
    const server = await TestServer.ofControllers([UsersController]);
    const outcomes = [];
    for (let time = 0; time < 3; time++) outcomes.push((await server.get('/users/bob')).outcome);
    return outcomes;
  }

  it('is reached at its socket, with a database of its own', async () => {
    const path = join(redis.dir, 'redis.sock');
    expect(await outcomesOf(`unix://${path}?db=3`)).toEqual(['fwd=miss', 'hit', 'hit']);
    expect(faults).toEqual([]);
    expect(String(await redis.command('INFO', 'keyspace'))).toMatch(/^db3:/m);
  });

  it('of a user without the right to INFO is bypassed, and the fault names the missing rights', async () => {
    await redis.command('ACL', 'SETUSER', 'poor', 'on', '>pw', '~*', '+@all', '-info');
    expect(await outcomesOf(`redis://poor:pw@${redis.address}`)).toEqual(Array(3).fill('fwd=bypass'));
    await until(() => faults.length > 0);
    const { message } = faults[0]!;
    expect(message).toMatch(/no permissions to run the 'info' command/);
    expect(message).toMatch(/ACL SETUSER <user> \+info \+get /);
  });

  it('works with exactly the rights in that fault', async () => {
    await redis.command('ACL', 'SETUSER', 'poor', 'on', '>pw', '~*', '+@all', '-info');
    await outcomesOf(`redis://poor:pw@${redis.address}`);
    await until(() => faults.length > 0);
    const rights = /ACL SETUSER <user> (.*) ~<keyPrefix>:\*/.exec(faults[0]!.message)![1]!.split(' ');
    await cache.reset();
    await redis.command('ACL', 'SETUSER', 'enough', 'on', '>pw', '~app:*', ...rights);
    faults = [];
    expect(await outcomesOf(`redis://enough:pw@${redis.address}`)).toEqual(['fwd=miss', 'hit', 'hit']);
    await cache.invalidate('/users/bob');
    await cache.set('key', 1);
    expect(await cache.get('key')).toBe(1);
    await cache.delete('key');
    expect(faults).toEqual([]);
  });
});

describeWith('redis-server', 'a Redis that cannot be used', () => {
  let faults: CacheFault[];

  async function faultOf(url: string): Promise<string> {
    faults = [];
    cache.configure({ store: new RedisStore(url), storeTimeout: 0.1, onError: fault => faults.push(fault) });
    expect(await cache.get('key')).toBeUndefined();
    const fault = faults.find(({ code }) => code === 'CACHE_STORE_FAILED');
    return fault!.message;
  }

  it.each([
    [
      'has another password',
      (address: string) => `redis://:wrong@${address}`,
      /WRONGPASS.* Write the right password in the URL: redis:/,
    ],
    [
      'has a password, and the URL none',
      (address: string) => `redis://${address}`,
      /NOAUTH.* Write the right password in the URL: redis:/,
    ],
  ])('reports that it %s', async (_what, urlOf, message) => {
    const redis = await RedisServer.start();
    await redis.command('CONFIG', 'SET', 'requirepass', 'right');
    expect(await faultOf(urlOf(redis.address))).toMatch(message);
    expect(faults[0]).toMatchObject({ code: 'CACHE_STORE_DISCONNECTED', message: expect.stringMatching(message) as string });
  });

  it('reports that its port does not speak TLS', async () => {
    const redis = await RedisServer.start();
    expect(await faultOf(`rediss://${redis.address}`)).toMatch(
      /did not answer within 100 ms: .*not ready yet.* write redis:\/\/ instead of rediss:/,
    );
  });

  it('reports that its port speaks TLS, and the URL does not', async () => {
    const server = createServer({}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      expect(await faultOf(`redis://127.0.0.1:${port}`)).toMatch(
        /Socket closed unexpectedly\. .* write rediss:\/\/ instead of redis:/,
      );
    } finally {
      server.close();
    }
  });
});
