import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { cache, onCacheEvent, SimpleStore, type CacheFault } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { SharedStore } from '../../lib/stores/shared/shared-store.js';
import type { StoreSettings } from '../../lib/stores/store.js';
import { startAfresh, until } from '../support/each.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { MemoryDriver } from '../support/memory-driver.js';
import { TestServer } from '../support/server.js';
import { UsersController, PagesController } from './members-events.js';

startAfresh();
afterEach(unsubscribeAll);

const start = () => TestServer.ofControllers([UsersController, PagesController]);
const FRIENDS = '/users/bob/friends';
const number = expect.any(Number) as number;

describe('stored', () => {
  it('is published for each stored response, and for no other', async () => {
    const stored = recordEvents('stored');
    const server = await start();
    await server.get(FRIENDS);
    await server.get(FRIENDS);
    await server.get('/users/bob/tagged');
    await server.get('/users/bob/forever');
    await server.get('/pages/cookie');
    await cache.set('key', 'value');
    expect(stored).toEqual([
      { action: 'UsersController.friends', path: FRIENDS, status: 200, bytes: 14, ttl: 60, tags: [], durationMs: number },
      expect.objectContaining({ path: '/users/bob/tagged', tags: ['user:bob'] }),
      expect.objectContaining({ path: '/users/bob/forever', ttl: Infinity }),
    ]);
    expect(stored).toHaveLength(cache.stats().stores);
  });
});

describe('invalidated', () => {
  it('is published for a change after its invalidation, with its request and the removed entries', async () => {
    const invalidated = recordEvents('invalidated');
    const server = await start();
    await server.get(FRIENDS);
    await server.get('/users/bob/tagged');
    await server.get('/users/ann/tagged');
    await server.put('/users/bob/avatar?token=secret');
    expect(invalidated).toEqual([
      { prefixes: ['/users/bob'], tags: [], by: 'PUT /users/bob/avatar', removed: 2, delivered: true },
    ]);
  });

  it('is published for each call of code, with the name of the function', async () => {
    const invalidated = recordEvents('invalidated');
    const server = await start();
    await server.get('/users/ann/tagged');
    await cache.invalidate(['/users/bob', '/']);
    await server.get('/users/ann/tagged');
    await cache.invalidateTags('user:ann');
    await cache.clear();
    await cache.set('key', 1);
    await cache.delete('key');
    expect(invalidated.map(({ by, removed }) => [by, removed])).toEqual([
      ['cache.invalidate', 1],
      ['cache.invalidateTags', 1],
      ['cache.clear', 0],
      ['cache.delete', 1],
    ]);
    expect(invalidated[0]!.prefixes).toEqual(['/users/bob', '/']);
    expect(invalidated[1]).toMatchObject({ prefixes: [], tags: ['user:ann'] });
  });

  it('is published also if the store cannot count its entries', async () => {
    const store = new SimpleStore();
    cache.configure({ store });
    const invalidated = recordEvents('invalidated');
    const server = await start();
    await server.get(FRIENDS);
    jest.spyOn(store, 'size').mockImplementation(() => {
      throw new Error('it cannot say');
    });
    await server.put('/users/bob/avatar');
    expect((await server.get(FRIENDS)).outcome).toBe('fwd=miss');
    expect(invalidated).toMatchObject([{ removed: undefined, delivered: true }]);
  });
});

describe('evicted', () => {
  it('is published for an entry that exceeds the limit, not for an invalidated entry', async () => {
    cache.configure({ maxBytes: 20_000, maxEntryBytes: 15_000 });
    const evicted = recordEvents('evicted');
    const server = await start();
    for (const bytes of [10_000, 10_001]) await server.get(`/pages/large?bytes=${bytes}`);
    await server.get('/users/bob/tagged');
    await cache.invalidate('/pages');
    expect(cache.stats().entries).toBe(1);
    expect(evicted).toEqual([{ path: '/pages/large', bytes: number }]);
    expect(evicted[0]!.bytes).toBeGreaterThan(10_000);
  });
});

describe('fault', () => {
  it('is published for each fault that onError gets', async () => {
    const faults: CacheFault[] = [];
    const store = new SimpleStore();
    cache.configure({ store, onError: fault => faults.push(fault) });
    jest.spyOn(store, 'lookup').mockImplementation(() => {
      throw new Error('it is broken');
    });
    const faultEvents = recordEvents('fault');
    const outcomes = recordEvents('outcome');
    const operations = recordEvents('operation');
    const server = await start();
    await server.get(FRIENDS);
    expect(faultEvents).toEqual(faults.map(({ code, message }) => ({ code, message })));
    expect(faultEvents).toMatchObject([
      { code: 'CACHE_STORE_FAILED', message: expect.stringContaining('it is broken') as string },
    ]);
    expect(outcomes).toMatchObject([{ outcome: 'bypass', reason: 'the store failed' }]);
    expect(operations).toEqual([{ operation: 'lookup', durationMs: number, failed: true }]);
  });

  it('is published also without onError', () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const faultEvents = recordEvents('fault');
    processCache.current.get().faults.report('CACHE_STORE_FAILED', 'it failed', undefined);
    processCache.current.get().faults.report('CACHE_STORE_FAILED', 'it failed', undefined);
    processCache.current.get().faults.warnAboutUse('an occasion', 'advice');
    processCache.current.get().faults.warnAboutUse('an occasion', 'advice');
    expect(faultEvents.map(({ code }) => code)).toEqual(['CACHE_STORE_FAILED', 'CACHE_STORE_FAILED', 'CACHE_NOT_KEYED']);
    expect(warned).toHaveBeenCalledTimes(2);
  });
});

describe('operation', () => {
  it('is published for each operation of the store', async () => {
    const operations = recordEvents('operation');
    const server = await start();
    await server.get(FRIENDS);
    await server.get(FRIENDS);
    await server.put('/users/bob/avatar');
    expect(operations.map(({ operation }) => operation)).toEqual(['lookup', 'save', 'lookup', 'invalidate']);
    expect(operations.every(({ durationMs, failed }) => durationMs >= 0 && !failed)).toBe(true);
  });
});

describe('on a store that processes share', () => {
  const driver = new MemoryDriver();
  const store = { open: (settings: StoreSettings) => new SharedStore(driver, settings) };

  it('each operation is measured until it is answered, a change announced among them', async () => {
    cache.configure({ store });
    const operations = recordEvents('operation');
    const invalidated = recordEvents('invalidated');
    const outcomes = recordEvents('outcome');
    const stored = recordEvents('stored');
    const server = await start();
    await server.get(FRIENDS);
    await until(() => stored.length === 1);
    await server.get(FRIENDS);
    await server.put('/users/bob/avatar');
    await server.get(FRIENDS);
    await until(() => stored.length === 2);
    expect(operations.map(({ operation }) => operation)).toEqual([
      ...['lookup', 'claim', 'save'],
      ...['lookup'],
      ...['begin', 'invalidate'],
      ...['lookup', 'claim', 'save'],
    ]);
    expect(operations.every(({ failed }) => !failed)).toBe(true);
    expect(invalidated).toMatchObject([{ by: 'PUT /users/bob/avatar', removed: undefined, delivered: true }]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['miss', 'hit', 'miss']);
    expect(outcomes.at(-1)!.reason).toMatch(/^invalidated \d s ago by PUT \/users\/bob\/avatar$/);
  });

  it('an operation on an unreachable store has failed, and an undelivered invalidation is marked', async () => {
    const faults: CacheFault[] = [];
    cache.configure({ store, onError: fault => faults.push(fault) });
    const [operations, invalidated, outcomes] = [recordEvents('operation'), recordEvents('invalidated'), recordEvents('outcome')];
    const server = await start();
    jest.spyOn(driver, 'getMany').mockRejectedValue(new Error('gone'));
    jest.spyOn(driver, 'set').mockRejectedValue(new Error('gone'));
    await server.get(FRIENDS);
    await cache.invalidate('/users');
    expect(outcomes).toMatchObject([{ outcome: 'bypass', reason: 'the store cannot be reached' }]);
    expect(invalidated).toMatchObject([{ by: 'cache.invalidate', delivered: false }]);
    expect(operations).toMatchObject([
      { operation: 'lookup', failed: true },
      { operation: 'invalidate', failed: true },
    ]);
  });
});

describe('a listener', () => {
  it('that throws or rejects hurts no request, and is warned of once', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const stops = [
      onCacheEvent('outcome', () => {
        throw new Error('it cannot listen');
      }),
      onCacheEvent('outcome', () => Promise.reject(new Error('it cannot listen either'))),
    ];
    const server = await start();
    expect((await server.get(FRIENDS)).status).toBe(200);
    expect((await server.get(FRIENDS)).outcome).toBe('hit');
    await until(() => warned.mock.calls.length >= 2);
    for (const stop of stops) stop();
    expect(warned.mock.calls.map(([warning]) => String(warning))).toEqual([
      'CacheFault: CACHE_LISTENER_FAILED: a listener to outcome failed: Error: it cannot listen',
      'CacheFault: CACHE_LISTENER_FAILED: a listener to outcome failed: Error: it cannot listen either',
    ]);
  });

  it('gets no event after its end', async () => {
    const outcomes: unknown[] = [];
    const stop = onCacheEvent('outcome', outcome => outcomes.push(outcome));
    const server = await start();
    await server.get(FRIENDS);
    stop();
    await server.get(FRIENDS);
    expect(outcomes).toHaveLength(1);
  });

  it('may take the channels of Node itself', async () => {
    const outcomes: unknown[] = [];
    const listen = (outcome: unknown): unknown => outcomes.push(outcome);
    const name = 'routing-controllers-cache:outcome';
    subscribe(name, listen);
    const server = await start();
    await server.get(FRIENDS);
    unsubscribe(name, listen);
    expect(outcomes).toMatchObject([{ outcome: 'miss' }]);
  });
});
