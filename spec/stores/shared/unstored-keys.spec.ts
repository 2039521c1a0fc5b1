import { randomUUID } from 'node:crypto';
import { Controller, Get, HttpError, NotFoundError, Param, Put } from 'routing-controllers';
import { cache, Cached, InvalidatesCache } from '../../../lib/index.js';
import { RedisStore } from '../../../lib/redis.js';
import type { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Address } from '../../../lib/stores/store.js';
import { describeWith } from '../../../test-servers/installed.js';
import { ready } from '../../../test-servers/readiness.js';
import { RedisServer } from '../../../test-servers/redis-server.js';
import { startAfresh } from '../../support/each.js';
import { describeRacesOnEveryStore } from '../../support/every-store.js';
import { HeldDriver } from '../../support/held-driver.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { entryOf, leaseOver, sharedStoreOn } from '../../support/processes.js';
import { TestServer } from '../../support/server.js';

const JUNK = 200;
/** The keys of one stored entry: itself, the generations of the root, of `/users` and of its own path, and the log of tags. */
const STORED = 5;

@Controller('/users')
class JunkController {
  static readonly found = new Set<string>();

  @Get('/:id')
  @Cached({ timeout: 60 })
  get(@Param('id') id: string) {
    if (id.startsWith('junk') && !JunkController.found.has(id)) throw new NotFoundError();
    return id;
  }

  @Put('/:id')
  @InvalidatesCache('/users/:id')
  put(@Param('id') id: string) {
    throw new HttpError(404, id);
  }
}

startAfresh();

describeWith('redis-server', 'a response that is not stored in Redis', () => {
  let redis: RedisServer;
  let server: TestServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });

  beforeEach(async () => {
    await redis.command('FLUSHALL');
    cache.configure({ store: new RedisStore(redis.url) });
    server = await TestServer.ofControllers([JunkController]);
    await ready('the store serves', async () => (await server.get('/users/bob')).outcome === 'hit');
  });

  const keys = (pattern: string) => redis.command('KEYS', pattern) as Promise<string[]>;

  it.each(['GET', 'HEAD', 'PUT'])('leaves no key after a %s of a path that does not exist', async method => {
    for (let junk = 0; junk < JUNK; junk++)
      expect(await server.send(`/users/junk${junk}`, { method })).toMatchObject({ status: 404 });
    expect(await keys('*:/users/junk*')).toEqual([]);
    await ready('the other keys have ended', async () => (await keys('*')).length === STORED);
  });

  it('leaves no key after a look-up of a value', async () => {
    for (let junk = 0; junk < JUNK; junk++) {
      expect(await cache.get(`junk${junk}`)).toBeUndefined();
      expect(await cache.has(`junk${junk}`)).toBe(false);
    }
    expect(await cache.getMany(['junk-1', 'junk-2'])).toEqual([undefined, undefined]);
    expect(await keys('*')).toHaveLength(STORED);
    await cache.set('junk1', 1);
    expect(await cache.get('junk1')).toBe(1);
  });
});

describeRacesOnEveryStore('a path that comes to exist after its 404', store => {
  it('is stored at once', async () => {
    store().configure();
    const server = await TestServer.ofControllers([JunkController]);
    await ready('the store serves', async () => (await server.get('/users/bob')).outcome === 'hit');
    for (let round = 0; round < 20; round++) {
      const path = `/users/junk${randomUUID()}`;
      expect(await server.get(path)).toMatchObject({ status: 404 });
      JunkController.found.add(path.slice('/users/'.length));
      const answers = [await server.get(path), await server.get(path)];
      expect(answers.map(({ outcome }) => outcome)).toEqual(['fwd=miss', 'hit']);
    }
  });
});

describe('the generation of a path', () => {
  const ADDRESS: Address = { key: 'GET /users/junk', path: { path: '/users/junk', ignoresCase: false } };
  let memory: MemoryDriver;
  let driver: HeldDriver;
  let store: SharedStore;
  const generations = () => [...memory.values.keys()].filter(key => key.includes('/users/junk'));

  beforeEach(() => {
    memory = new MemoryDriver();
    driver = new HeldDriver(memory);
    store = sharedStoreOn(driver);
  });

  afterEach(() => store.close());

  it('ends with the last fill of its process, if a response could not be stored', async () => {
    const [first, second] = [await leaseOver(store, ADDRESS), await leaseOver(store, ADDRESS)];
    store.release(first, 'unshareable');
    await new Promise(resolve => setImmediate(resolve));
    expect(generations()).not.toEqual([]);
    store.release(second, 'unused');
    await new Promise(resolve => setImmediate(resolve));
    expect(generations()).toEqual([]);
  });

  it('stays when another fill stores its response, after a response that could not be stored', async () => {
    const [first, second] = [await leaseOver(store, ADDRESS), await leaseOver(store, ADDRESS)];
    store.release(first, 'unshareable');
    await new Promise(resolve => setImmediate(resolve));
    expect(await store.save(ADDRESS, entryOf('text'), second)).toBe(true);
    await new Promise(resolve => setImmediate(resolve));
    expect(await store.lookup(ADDRESS)).toMatchObject({ kind: 'hit' });
  });

  it('stays when no response was refused: another process may have stored one', async () => {
    store.release(await leaseOver(store, ADDRESS), 'unused');
    await new Promise(resolve => setImmediate(resolve));
    expect(generations()).not.toEqual([]);
  });

  it('stays when a change has begun since', async () => {
    const lease = await leaseOver(store, ADDRESS);
    const change = await store.beginWrite({ prefixes: ['/users/junk'] });
    store.release(lease, 'unshareable');
    await new Promise(resolve => setImmediate(resolve));
    memory.pass(10);
    expect(generations()).not.toEqual([]);
    await change.commit({ prefixes: ['/users/junk'] });
    memory.pass(10);
    expect(generations()).not.toEqual([]);
  });

  it('ends with the change that began it and changed nothing, and the sign of life of its process soon after', async () => {
    const change = await store.beginWrite({ prefixes: ['/users/junk'] });
    const other = await store.beginWrite({ prefixes: ['/users/junk'] });
    await change.abort();
    memory.pass(10);
    expect(generations()).not.toEqual([]);
    await other.abort();
    await new Promise(resolve => setImmediate(resolve));
    memory.pass(2000);
    expect([...memory.values.keys()]).toEqual([]);
  });

  it('outlives changes of the same process that abort while another runs: its sign of life stays', async () => {
    // The first is alone in its group, the others begin together.
    const [first, running, aborted] = await Promise.all(
      ['/first', '/users/bob', '/users/junk'].map(prefix => store.beginWrite({ prefixes: [prefix] })),
    );
    await first!.abort();
    await aborted!.abort();
    await new Promise(resolve => setImmediate(resolve));
    memory.pass(20_000);
    expect([...memory.values.keys()].filter(key => key.startsWith('rcc:o:'))).toHaveLength(1);
    await running!.abort();
  });
});
