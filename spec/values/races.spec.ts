import { cache } from '../../lib/index.js';
import { pathOfValue } from '../../lib/values/value-service.js';
import { startAfresh } from '../support/each.js';
import { describeBreakable } from '../support/breakable.js';
import { Processes } from '../support/processes.js';
import { describeOn, sharedStores } from '../support/stores.js';
import { ready } from '../../test-servers/readiness.js';

startAfresh();

const isEntry = (key: string): boolean => key.includes(':e:');

describe.each(sharedStores.map(kind => ({ kind })))('a value that is on its way', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;

    beforeEach(() => {
      processes = new Processes(shared(), kind.nearBytes);
    });
    afterEach(() => processes.end());

    it.each(['//values/key', '/'])('does not return when another process invalidates %s during the write (R4)', async prefix => {
      const driver = processes.configureHeld();
      const other = processes.open();
      const write = driver.hold('set', 'before', isEntry);
      const set = cache.set('key', 'old');
      await write.arrived.promise;
      await other.invalidate(prefix);
      write.release();
      await set;
      expect(await cache.get('key')).toBeUndefined();
      expect(await cache.set('key', 'new')).toBe(true);
      expect(await cache.get('key')).toBe('new');
    });

    it.each<[string, () => Promise<unknown>]>([
      ['delete', () => cache.delete('key')],
      ['deleteMany', () => cache.deleteMany(['other', 'key'])],
      ['clear', () => cache.clear()],
    ])('does not return after %s in this process (R4)', async (_call, forget) => {
      const driver = processes.configureHeld();
      const write = driver.hold('set', 'before', isEntry);
      const set = cache.set('key', 'old');
      await write.arrived.promise;
      await forget();
      write.release();
      await set;
      expect(await cache.get('key')).toBeUndefined();
    });

    it('is not stored if its write began before a deletion', async () => {
      const driver = processes.configureHeld();
      const other = processes.open();
      await cache.set('key', 'first');
      // Read when the write begins, and again right before it is sent.
      const isOfKey = (key: string): boolean => key.endsWith(`:g:${pathOfValue('key')}`);
      const begun = driver.hold('getMany', 'after', isOfKey);
      const set = cache.set('key', 'old');
      await begun.arrived.promise;
      await other.invalidate(pathOfValue('key'));
      begun.release();
      expect(await set).toBe(false);
      expect(await cache.get('key')).toBeUndefined();
    });

    it('that is added does not replace a value that is set during the write', async () => {
      const driver = processes.configureHeld();
      const exchange = driver.hold('compareAndSet', 'before', isEntry);
      const added = cache.add('key', 'added');
      await exchange.arrived.promise;
      expect(await cache.set('key', 'set')).toBe(true);
      exchange.release();
      expect([await added, await cache.get('key')]).toEqual([false, 'set']);
    });

    it('is read by other processes, and is absent in all of them after a deletion in one (R7)', async () => {
      processes.configureHeld();
      const other = processes.open();
      await cache.set('key', { a: 1 });
      await cache.get('key');
      const { lastAddress } = processes;
      expect(await other.hit(lastAddress)).toBe('{"a":1}');
      await cache.delete('key');
      expect(await other.hit(lastAddress)).toBeUndefined();
      expect(await cache.set('key', { a: 2 })).toBe(true);
      expect(await other.hit(lastAddress)).toBe('{"a":2}');
      await other.invalidate('//values/key');
      expect(await cache.get('key')).toBeUndefined();
    });

    it('costs one round trip to read, also where many are read', async () => {
      const driver = processes.configureHeld();
      await cache.setMany({ a: 1, b: 2, c: 3 });
      await cache.getMany(['a', 'b', 'c']);
      driver.asked.length = 0;
      const held = driver.hold('getMany', 'before');
      const values = cache.getMany(['a', 'b', 'c']);
      await held.arrived.promise;
      // All have been asked for before any has come.
      const asked = driver.asked.filter(operation => operation === 'getMany').length;
      held.release();
      expect(await values).toEqual([1, 2, 3]);
      expect(asked).toBe(3);
    });
  });
});

describeBreakable('values while the store cannot be reached', current => {
  it('are absent, are not stored, and never throw; a deletion during the outage is permanent (R12, R14)', async () => {
    const { processes, on } = current();
    processes.configure({ storeTimeout: 0.2 });
    await ready('the store serves', async () => (await cache.set('key', 'old')) && (await cache.set('beside', 'old')));
    on.proxy.refuse();
    on.proxy.cut();
    expect([await cache.get('key'), await cache.has('key'), await cache.getMany(['key'])]).toEqual([
      undefined,
      false,
      [undefined],
    ]);
    expect([await cache.set('key', 'new'), await cache.add('more', 1), await cache.setMany({ a: 1 })]).toEqual([
      false,
      false,
      [],
    ]);
    expect(await cache.delete('key')).toBe(false);
    expect(processes.errors.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['CACHE_STORE_FAILED', 'CACHE_INVALIDATION_UNDELIVERED']),
    );
    await on.proxy.accept();
    await ready('the store serves again', async () => (await cache.get('beside')) === 'old');
    expect(await cache.get('key')).toBeUndefined();
  });

  it('are not deleted silently where that is refused', async () => {
    const { processes, on } = current();
    processes.configure({ storeTimeout: 0.2, collapseTimeout: 0.05, whenUnreachable: 'refuse' });
    await ready('the store serves', () => cache.set('key', 'old'));
    on.proxy.refuse();
    on.proxy.cut();
    await expect(cache.delete('key')).rejects.toMatchObject({ code: 'CACHE_INVALIDATION_UNDELIVERED' });
    await on.proxy.accept();
  });
});
