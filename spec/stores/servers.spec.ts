import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { createClient } from 'redis';
import { describeWith, hasProgram } from '../../test-servers/installed.js';
import { MemcachedServer } from '../../test-servers/memcached-server.js';
import { RedisCluster } from '../../test-servers/redis-cluster.js';
import { RedisSentinel } from '../../test-servers/redis-sentinel.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { ready } from '../../test-servers/readiness.js';
import { TcpProxy } from '../../test-servers/tcp-proxy.js';

describe('hasProgram', () => {
  it('finds installed programs, and no others', () => {
    expect([hasProgram('node'), hasProgram('no-such-program')]).toEqual([true, false]);
  });
});

describeWith('redis-server', 'a Redis server of the specs', () => {
  it('restarts empty on its port, or with its saved data, and removes its files at the end', async () => {
    const server = await RedisServer.start();
    await server.command('SET', 'name', 'bob');
    await server.restart();
    expect(await server.command('GET', 'name')).toBeNull();

    await server.command('SET', 'name', 'bob');
    await server.command('SAVE');
    await server.restart();
    expect(await server.command('GET', 'name')).toBe('bob');

    await server.kill();
    await expect(server.command('PING')).rejects.toThrow('ECONNREFUSED');
    expect(existsSync(server.dir)).toBe(true);
    await server.stop();
    expect(existsSync(server.dir)).toBe(false);
  });

  it('answers again once it is resumed', async () => {
    const server = await RedisServer.start();
    await server.pause();
    let isAnswered = false;
    const answer = server.command('PING').finally(() => (isAnswered = true));
    await once(createConnection(server.port, '127.0.0.1'), 'connect');
    expect(isAnswered).toBe(false);
    server.resume();
    expect(await answer).toBe('PONG');
  });

  it('forms a cluster that shares the slots', async () => {
    const cluster = await RedisCluster.start();
    expect(cluster.rootUrls).toHaveLength(3);
    const answers = await Promise.allSettled(cluster.nodes.map(node => node.command('SET', 'name', 'bob')));
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('is followed by its replica, which sentinels put in its place', async () => {
    const group = await RedisSentinel.start();
    await group.master.command('SET', 'name', 'bob');
    await ready('the replica has it', async () => (await group.replica.command('GET', 'name')) === 'bob');
    await group.failover();
    expect(await group.replica.command('GET', 'name')).toBe('bob');
    await group.replica.command('SET', 'name', 'alice');
  });
});

describeWith('memcached', 'a Memcached server of the specs', () => {
  it('comes back empty on its port', async () => {
    const server = await MemcachedServer.start();
    expect(await talk(server.port, 'set name 0 0 3\r\nbob\r\n', 'STORED')).toBe('STORED');
    expect(await talk(server.port, 'get name\r\n', 'END')).toBe('VALUE name 0 3\r\nbob\r\nEND');
    await server.restart();
    expect(await talk(server.port, 'get name\r\n', 'END')).toBe('END');
    await server.stop();
    await expect(once(createConnection(server.port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});

describeWith('redis-server', 'a network of the specs', () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  let client: ReturnType<typeof createClient>;

  beforeEach(async () => {
    server = await RedisServer.start();
    proxy = await TcpProxy.to(server.port);
    client = createClient({ url: `redis://${proxy.address}`, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
  });

  afterEach(() => {
    client.destroy();
    proxy.close();
  });

  it('breaks in the middle of an answer', async () => {
    await client.set('name', 'x'.repeat(1000));
    proxy.cutAfterBytes(500);
    await expect(client.get('name')).rejects.toThrow('closed');
  });

  it('breaks in the middle of a command, which then never happens', async () => {
    proxy.cutAfterBytes(500, 'toServer');
    await expect(client.set('name', 'x'.repeat(1000))).rejects.toThrow('closed');
    expect(await server.command('EXISTS', 'name')).toBe(0);
  });

  it('refuses new connections only, and accepts them again', async () => {
    proxy.refuse();
    expect(await client.ping()).toBe('PONG');
    await expect(once(createConnection(proxy.port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
    await proxy.accept();
    await once(createConnection(proxy.port, '127.0.0.1'), 'connect');
  });

  it('holds sent bytes until their release', async () => {
    proxy.hold();
    const answer = client.set('name', 'bob');
    expect(await server.command('EXISTS', 'name')).toBe(0);
    proxy.release();
    expect(await answer).toBe('OK');
  });

  it('cuts all connections at once', async () => {
    proxy.hold();
    const answer = client.ping();
    proxy.cut();
    await expect(answer).rejects.toThrow('closed');
  });
});

/** Sends a line to a server, and returns what it says up to the words that end its answer. */
async function talk(port: number, line: string, end: string): Promise<string> {
  const socket: Socket = createConnection(port, '127.0.0.1');
  socket.write(line);
  let reply = '';
  for await (const chunk of socket) {
    reply += String(chunk);
    if (reply.endsWith(`${end}\r\n`)) break;
  }
  return reply.trimEnd();
}
