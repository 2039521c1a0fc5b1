import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { createClient } from 'redis';
import * as routingControllers from 'routing-controllers';
import { generate } from 'selfsigned';
import { systemClock } from '../../lib/time/clock.js';
import * as library from '../../lib/index.js';
import { cache } from '../../lib/index.js';
import * as redisStore from '../../lib/redis.js';
import { driverOf } from '../../lib/stores/redis/driver-of.js';
import { clientOf } from '../../lib/stores/redis/redis-options.js';
import { startAfresh, until } from '../support/each.js';
import { exampleUnder, runModule } from '../support/examples.js';
import { OtherProcess } from '../support/processes.js';
import { TestServer } from '../support/server.js';
import { freePort } from '../../test-servers/free-port.js';
import { describeWith } from '../../test-servers/installed.js';
import { RedisServer } from '../../test-servers/redis-server.js';

startAfresh();

const PACKAGES = {
  'routing-controllers': routingControllers,
  'routing-controllers-cache': library,
  'routing-controllers-cache/redis': redisStore,
};
type Client = ReturnType<typeof createClient>;
const run = (page: string, heading: string): Record<string, unknown> =>
  runModule(exampleUnder(`docs/recipes/${page}.md`, heading), PACKAGES);

describeWith('redis-server', 'the recipe', () => {
  const { env } = process;
  let folder: string;
  beforeEach(() => {
    process.env = { ...env };
    folder = mkdtempSync(join(tmpdir(), 'recipes-'));
  });
  afterEach(() => {
    process.env = env;
    rmSync(folder, { recursive: true });
  });

  it('of a job invalidates entries of another process, also when the change fails', async () => {
    const redis = await RedisServer.start();
    process.env.REDIS_URL = redis.url;
    const { changeProducts, endJob } = run('operations', 'Workers and cron jobs') as {
      changeProducts: (change: () => Promise<void>) => Promise<void>;
      endJob: () => Promise<void>;
    };
    const server = new OtherProcess(driverOf(clientOf({ url: redis.url })), {
      clock: systemClock,
      keyPrefix: 'shop',
      storeTimeoutMs: 20_000,
      collapseTimeoutMs: 20_000,
      reportFault: () => undefined,
    });
    const address = { key: 'GET list', path: { path: '/products', ignoresCase: false } };
    const fill = async () => (await server.compute(address))('stored');
    expect(await fill()).toBe(true);
    expect(await server.hit(address)).toBe('stored');
    await changeProducts(() => Promise.resolve());
    expect(await server.hit(address)).toBeUndefined();

    expect(await fill()).toBe(true);
    const failing = changeProducts(() => Promise.reject(new Error('half done')));
    await expect(failing).rejects.toThrow('half done');
    expect(await server.hit(address)).toBeUndefined();
    await endJob();
    await server.store.close(0);
  });

  it('of Redis with TLS and a password gives hits from that Redis, and none with another password', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    const tlsPort = String(await freePort());
    const tls = ['--tls-port', tlsPort, '--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-auth-clients', 'no'];
    const redis = await RedisServer.start({ args: tls });
    await redis.command('CONFIG', 'SET', 'requirepass', 'p@ss');

    jest.spyOn(process, 'emitWarning').mockImplementation();
    for (const [password, outcomes] of [
      ['p@ss', ['fwd=miss', 'hit']],
      ['wrong', ['fwd=bypass', 'fwd=bypass']],
    ] as const) {
      await cache.reset();
      Object.assign(process.env, { REDIS_HOST: 'localhost', REDIS_PORT: tlsPort, REDIS_PASSWORD: password, REDIS_CA: certFile });
      const { client } = run('operations', 'Redis with TLS and a password') as { client: Client };
      if (password === 'p@ss') await until(() => client.isReady);
      const { app } = run('requests', 'Warming');
      const server = await TestServer.start(app as never);
      expect([(await server.get('/rates')).outcome, (await server.get('/rates')).outcome]).toEqual(outcomes);
      await cache.close();
      if (client.isOpen) client.destroy();
    }
  });
});
