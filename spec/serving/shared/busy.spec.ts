import { get as httpGet } from 'node:http';
import type { Response } from 'express';
import { Get, JsonController, Res } from 'routing-controllers';
import { systemClock } from '../../../lib/time/clock.js';
import { cache, Cached } from '../../../lib/index.js';
import { MemcachedDriver } from '../../../lib/stores/memcached/memcached-driver.js';
import { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Address, Entry, Lease } from '../../../lib/stores/store.js';
import { Deferred, Gate } from '../../support/deferred.js';
import { countLookUps, startAfresh, until } from '../../support/each.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { TestServer } from '../../support/server.js';
import { describeWith } from '../../../test-servers/installed.js';
import { MemcachedServer } from '../../../test-servers/memcached-server.js';

startAfresh();

function blockEventLoop(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const ADDRESS: Address = { key: 'GET /slow', path: { path: '/slow', ignoresCase: false } };

let gate: Gate;
let reads: number;
let closed: Deferred;

@JsonController('/slow')
class SlowController {
  @Get('/')
  @Cached({ timeout: 60 })
  async slow(@Res() response: Response) {
    response.once('close', () => {
      closed.resolve();
    });
    const read = ++reads;
    await gate.pass();
    return { read };
  }
}

describe('a process whose event loop is blocked', () => {
  beforeEach(() => {
    gate = new Gate();
    reads = 0;
    closed = new Deferred();
  });

  it('waits on for the entry that another process computes', async () => {
    const driver = new MemoryDriver();
    const [computing, waiting] = [0, 1].map(
      () =>
        new SharedStore(driver, {
          clock: systemClock,
          keyPrefix: 'rcc',
          storeTimeoutMs: 20_000,
          collapseTimeoutMs: 20_000,
          reportFault: () => undefined,
        }),
    ) as [SharedStore, SharedStore];
    const fenceOf = async (store: SharedStore): Promise<Lease> => {
      const found = await store.lookup(ADDRESS);
      if (found.kind !== 'miss') throw new Error(`Expected a miss, got ${found.kind}.`);
      return found.lease;
    };
    const fence = await fenceOf(computing);
    expect(await computing.acquireFillLock(ADDRESS, fence, 0)).toEqual({ kind: 'granted' });
    const claim = waiting.acquireFillLock(ADDRESS, await fenceOf(waiting), 1000);
    blockEventLoop(1300);
    const response = {
      status: 200,
      statusMessage: undefined,
      headers: [],
      body: Buffer.from('1'),
      isStreamed: false,
      callsNext: true,
    };
    const entry: Entry = { response, storedAtMs: systemClock.now(), expiresAtMs: systemClock.now() + 60_000 };
    // The one that waits looks first.
    await new Promise(resolve => setTimeout(resolve, 0));
    expect(await computing.save(ADDRESS, entry, fence)).toBe(true);
    expect(await claim).toMatchObject({ kind: 'filled', hasWaited: true });
    await Promise.all([computing.close(), waiting.close()]);
  });

  it('waits on for the computation of a client that left', async () => {
    cache.configure({ collapseTimeout: 1 });
    const lookUps = countLookUps();
    const server = await TestServer.ofControllers([SlowController]);
    const leaving = httpGet(`${server.base}/slow`, { agent: false }).on('error', () => undefined);
    const resume = await gate.next();
    leaving.destroy();
    await closed.promise;
    const answer = server.get('/slow');
    await until(() => lookUps() === 2);
    blockEventLoop(1300);
    await new Promise(resolve => setTimeout(resolve, 0));
    resume();
    expect((await answer).text).toBe('{"read":1}');
    expect(reads).toBe(1);
  });

  describeWith('memcached', 'on Memcached', () => {
    it('retains its connection, and reads the reply', async () => {
      const server = await MemcachedServer.start();
      const driver = new MemcachedDriver({ servers: [server.address] });
      driver.open(() => undefined);
      await driver.set('key', Buffer.from('value'), 60_000);
      const found = driver.getMany(['key']);
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      blockEventLoop(1500);
      expect((await found)[0]?.value?.toString()).toBe('value');
      await driver.close();
      await server.stop();
    });
  });
});
