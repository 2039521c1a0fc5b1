import { createClient } from 'redis';
import { clientOf } from '../../lib/stores/redis/redis-options.js';
import { OwnConnection, type OwnClient } from '../../lib/stores/redis/own-connection.js';
import { describeWith } from '../../test-servers/installed.js';
import { ready } from '../../test-servers/readiness.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { TcpProxy } from '../../test-servers/tcp-proxy.js';

const PING_MS = 20;
const SILENCE_MS = 200;

describeWith('redis-server', 'a connection to Redis that this library has made', () => {
  let redis: RedisServer;
  let proxy: TcpProxy;
  let client: OwnClient & ReturnType<typeof createClient>;
  let connection: OwnConnection;
  let events: string[];

  beforeEach(async () => {
    redis = await RedisServer.start();
    proxy = await TcpProxy.to(redis.port);
    client = clientOf({ url: `redis://${proxy.address}` }) as typeof client;
    events = [];
    for (const event of ['connect', 'end', 'reconnecting']) client.on(event, () => events.push(event));
    client.on('error', (error: Error) => events.push(error.message));
    connection = new OwnConnection(client, PING_MS, SILENCE_MS);
  });
  afterEach(() => {
    connection.end();
    client.destroy();
  });

  it('is replaced when no reply comes, and its commands fail', async () => {
    await client.connect();
    proxy.hold();
    const asked = client.sendCommand(['GET', 'key']);
    await expect(asked).rejects.toThrow();
    proxy.release();
    await ready('the connection is back', () => Promise.resolve(client.isReady));
    expect(await client.sendCommand(['GET', 'key'])).toBeNull();
    expect(events.slice(0, 3)).toEqual(['connect', 'end', 'connect']);
  });

  it('is replaced when the server accepts it and never replies', async () => {
    proxy.hold();
    const connecting = client.connect();
    await expect(connecting).rejects.toThrow();
    proxy.release();
    await ready('the connection is there', () => Promise.resolve(client.isReady));
    expect(await client.sendCommand(['GET', 'key'])).toBeNull();
  });

  it('stays when this process is too busy to read the replies', async () => {
    await client.connect();
    for (let stall = 0; stall < 3; stall++) {
      const asked = client.sendCommand(['GET', 'key']);
      // Blocks the event loop.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * SILENCE_MS);
      expect(await asked).toBeNull();
    }
    expect(events).toEqual(['connect']);
  });

  it('stays closed when it has been closed before a reply came', async () => {
    await client.connect();
    proxy.hold();
    const asked = client.sendCommand(['GET', 'key']);
    connection.end();
    client.destroy();
    await expect(asked).rejects.toThrow();
    const other = createClient({ url: redis.url });
    await other.connect();
    await other.ping();
    other.destroy();
    expect(client.isOpen).toBe(false);
    expect(events).toEqual(['connect', 'end']);
  });
});
