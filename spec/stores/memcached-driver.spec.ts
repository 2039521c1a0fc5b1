import { MemcacheClient } from 'memcache-client';
import { MemcachedDriver, serverForKey } from '../../lib/stores/memcached/memcached-driver.js';
import { toExptime, NO_EXPIRATION } from '../../lib/stores/memcached/memcached-server.js';
import { serversOf } from '../../lib/stores/memcached/memcached-options.js';
import { describeWith } from '../../test-servers/installed.js';
import { MemcachedSocket } from '../../test-servers/memcached-socket.js';
import { MemcachedServer } from '../../test-servers/memcached-server.js';
import { TcpProxy } from '../../test-servers/tcp-proxy.js';
import { describeDriver } from './driver-suite.js';

describeWith('memcached', 'Memcached', () => {
  describeDriver('one server', async () => {
    const server = await MemcachedServer.start();
    return { createDriver: () => new MemcachedDriver({ servers: [server.address] }), server };
  });

  describeDriver('three servers', async () => {
    const servers = await Promise.all([MemcachedServer.start(), MemcachedServer.start(), MemcachedServer.start()]);
    const [one, two, three] = servers.map(({ address }) => address) as [string, string, string];
    const each = (what: 'kill' | 'restart') => async () => {
      await Promise.all(servers.map(server => server[what]()));
    };
    return {
      createDriver: () => new MemcachedDriver({ servers: [one, two, three] }),
      server: { kill: each('kill'), restart: each('restart') },
    };
  });

  describeDriver('an IPv6 address', async () => {
    const server = await MemcachedServer.start();
    return { createDriver: () => new MemcachedDriver({ servers: [`[::ffff:127.0.0.1]:${server.port}`] }), server };
  });

  describeDriver('a socket', async () => {
    const server = await MemcachedSocket.start();
    return { createDriver: () => new MemcachedDriver({ servers: [server.address] }), server, stop: () => server.stop() };
  });

  describeDriver('a given client', async () => {
    const server = await MemcachedServer.start();
    const client = new MemcacheClient({ server: server.address });
    return { createDriver: () => new MemcachedDriver({ client }), server, stop: () => client.shutdown() };
  });

  describe('a Memcached driver', () => {
    const drivers: MemcachedDriver[] = [];

    function open(...servers: [string, ...string[]]): { driver: MemcachedDriver; errors: unknown[] } {
      const [driver, errors] = [new MemcachedDriver({ servers }), [] as unknown[]];
      driver.open(error => errors.push(error));
      drivers.push(driver);
      return { driver, errors };
    }

    afterEach(async () => {
      await Promise.all(drivers.splice(0).map(driver => driver.close()));
    });

    it('does not move the keys of an unreachable server', async () => {
      const [up, down] = await Promise.all([MemcachedServer.start(), MemcachedServer.start()]);
      const { driver } = open(up.address, down.address);
      const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`);
      await Promise.all(keys.map(key => driver.set(key, Buffer.from('value'), 60_000)));
      await down.kill();
      const reachable = await Promise.allSettled(keys.map(key => driver.set(key, Buffer.from('other'), 60_000)));
      expect(new Set(reachable.map(({ status }) => status))).toEqual(new Set(['fulfilled', 'rejected']));
      await down.restart();
      const found = await driver.getMany(keys);
      const places = reachable.map(({ status }) => (status === 'fulfilled' ? 'other' : undefined));
      expect(found.map(({ value }) => value?.toString())).toEqual(places);
    });

    it('reports the cause if it cannot connect, and connects when it can', async () => {
      const server = await MemcachedServer.start();
      await server.kill();
      const { driver, errors } = open(server.address);
      await expect(driver.getMany(['key'])).rejects.toThrow('ECONNREFUSED');
      expect(errors).toEqual([expect.objectContaining({ code: 'ECONNREFUSED' })]);
      await server.restart();
      expect(await driver.setIfAbsent('key', Buffer.from('value'), 60_000)).toBe(true);
    });

    it('gives up on a server that answers nothing, takes no more than so much for it, and comes back', async () => {
      const server = await MemcachedServer.start();
      const { driver } = open(server.address);
      await driver.set('key', Buffer.from('before'), 60_000);
      await server.pause();
      const value = Buffer.alloc(1_000_000);
      const writes = Array.from({ length: 60 }, (_, index) => driver.set(`key-${index}`, value, 60_000));
      await expect(writes.at(-1)).rejects.toThrow('does not answer');
      const answers = await Promise.allSettled(writes);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['rejected']));
      server.resume();
      await driver.set('key', Buffer.from('after'), 60_000);
      expect((await driver.getMany(['key']))[0]?.value?.toString()).toBe('after');
    });

    it('rejects a reply that a broken connection has cut, and reads nothing of it afterwards', async () => {
      const server = await MemcachedServer.start();
      const proxy = await TcpProxy.to(server.port);
      const { driver } = open(proxy.address);
      const value = Buffer.alloc(100_000, 'x');
      await driver.set('key', value, 60_000);
      for (const bytes of [1, 20, 50_000, 100_010]) {
        proxy.cutAfterBytes(bytes, 'toClient');
        await expect(driver.getMany(['key'])).rejects.toThrow();
        expect((await driver.getMany(['key']))[0]?.value?.equals(value)).toBe(true);
      }
      proxy.cutAfterBytes(50_000, 'toServer');
      await expect(driver.set('other', value, 60_000)).rejects.toThrow();
      expect((await driver.getMany(['other']))[0]?.value).toBeUndefined();
    });

    it('asks once for many keys, and leaves a given client open', async () => {
      const server = await MemcachedServer.start();
      const client = new MemcacheClient({ server: server.address });
      const [get, shutdown] = [jest.spyOn(client, 'get'), jest.spyOn(client, 'shutdown')];
      const driver = new MemcachedDriver({ client });
      await driver.getMany(['a', 'b', 'c']);
      await driver.close();
      expect([get.mock.calls.length, shutdown.mock.calls.length]).toEqual([1, 0]);
      client.shutdown();
    });

    it('extends a value until its eviction', async () => {
      const server = await MemcachedServer.start();
      const { driver } = open(server.address);
      await driver.set('extended', Buffer.from('value'), 1000);
      await driver.set('brief', Buffer.from('value'), 1000);
      await driver.extendTtl(['extended', 'missing']);
      let [brief, extended] = await driver.getMany(['brief', 'extended']);
      while (brief?.value !== undefined) [brief, extended] = await driver.getMany(['brief', 'extended']);
      expect(extended?.value?.toString()).toBe('value');
    });

    it('rejects a value that is too large for the server, and continues', async () => {
      const server = await MemcachedServer.start();
      const { driver } = open(server.address);
      await expect(driver.set('key', Buffer.alloc(2_000_000), 60_000)).rejects.toThrow('too large');
      await driver.set('key', Buffer.from('value'), 60_000);
    });
  });
});

describe('a lifetime in Memcached', () => {
  const now = Date.UTC(2026, 0, 1);

  it.each([
    [1, 2],
    [1000, 2],
    [1001, 3],
    [29 * 86_400_000, 29 * 86_400 + 1],
    [31 * 86_400_000, now / 1000 + 31 * 86_400 + 1],
    [100 * 365 * 86_400_000, NO_EXPIRATION],
    [Infinity, NO_EXPIRATION],
  ])('of %d ms is written as %d', (lifetimeMs, expiration) => {
    expect(toExptime(lifetimeMs, now)).toBe(expiration);
  });
});

describe('the server of a key', () => {
  const named = (name: string) => ({ name });
  const keys = Array.from({ length: 3000 }, (_, index) => `key-${index}`);

  it('is the same in any order of the servers, and each server has its share', () => {
    const counts = new Map<string, number>();
    for (const key of keys) {
      const { name } = serverForKey([named('a:1'), named('b:1'), named('c:1')], key);
      expect(serverForKey([named('c:1'), named('a:1'), named('b:1')], key).name).toBe(name);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const name of ['a:1', 'b:1', 'c:1']) expect(counts.get(name)).toBeGreaterThan(900);
  });

  it('changes only for the keys that a new server takes', () => {
    for (const key of keys) {
      const before = serverForKey([named('a:1'), named('b:1')], key).name;
      const after = serverForKey([named('a:1'), named('b:1'), named('c:1')], key).name;
      expect([before, 'c:1']).toContain(after);
    }
  });
});

describe('the options of the Memcached store', () => {
  it.each([
    [{}, ['127.0.0.1:11211']],
    ['a:1, b:2', ['a:1', 'b:2']],
    [
      ['a:1', 'b:2', 'a:1'],
      ['a:1', 'b:2'],
    ],
    [{ servers: 'a:1' }, ['a:1']],
    ['[::1]:11211,unix:///run/memcached.sock', ['[::1]:11211', 'unix:///run/memcached.sock']],
  ])('%j are the servers %j', (options, servers) => {
    expect(serversOf(options)).toEqual({ servers });
  });

  it.each<[unknown, string]>([
    ['localhost', `servers must be written host:port, got "localhost". Write servers: 'cache-1:11211,cache-2:11211'.`],
    ['memcached://a:1', 'got "memcached://a:1"'],
    ['a:70000', 'got "a:70000"'],
    ['::1:11211', 'got "::1:11211"'],
    ['[a]:11211', 'got "[a]:11211"'],
    ['unix://run/memcached.sock', 'got "unix://run/memcached.sock"'],
    [{ servers: [] }, 'servers must be one server or more, got []'],
    [{ servers: 7 }, 'servers must be one server or more, got 7'],
    [{ server: 'a:1' }, 'there is no option server (got "a:1"). Write one of servers, client.'],
    [{ client: 'a:1' }, 'client must be a MemcacheClient of the package memcache-client, got "a:1"'],
    [7, 'MemcachedStore takes servers or options, got 7'],
    [null, 'MemcachedStore takes servers or options, got null'],
  ])('refuse %j', (options, message) => {
    expect(() => serversOf(options as string)).toThrow(message);
  });

  it('refuse a client with several servers, and a client together with servers', () => {
    const many = new MemcacheClient({ server: { servers: [{ server: 'a:1' }, { server: 'b:1' }] } });
    expect(() => serversOf({ client: many })).toThrow('client must have one server, got one with 2');
    const one = new MemcacheClient({ server: 'a:1' });
    expect(serversOf({ client: one })).toEqual({ client: one });
    expect(() => serversOf({ client: one, servers: 'a:1' })).toThrow('servers and client contradict each other');
  });
});
