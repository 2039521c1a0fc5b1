import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { KeyvDriver } from '../../lib/stores/keyv/keyv-driver.js';
import { keyvOf } from '../../lib/stores/keyv/keyv-store.js';
import { SqliteAdapter } from '../../test-servers/sqlite-adapter.js';
import { describeDriver } from './driver-suite.js';

const TRAITS = { hasAtomicCas: false, hasServer: false };

const compression = {
  compress: (value: string) => gzipSync(value).toString('base64'),
  decompress: (value: string) => gunzipSync(Buffer.from(value, 'base64')).toString(),
};

describeDriver(
  'Keyv in memory',
  () => {
    const store = new Map();
    return Promise.resolve({ createDriver: () => new KeyvDriver(new Keyv({ store })) });
  },
  TRAITS,
);

describeDriver('Keyv over a file of SQLite', () => inFile(store => new Keyv({ store })), TRAITS);

describeDriver(
  'Keyv with a namespace that keys begin with, plain JSON, compression and a default lifetime',
  () =>
    inFile(store => {
      const plain = { serialize: JSON.stringify, deserialize: JSON.parse };
      return new Keyv({ store, namespace: 'rcc', ttl: 1, compression, ...plain });
    }),
  TRAITS,
);

async function inFile(keyvOver: (store: KeyvStoreAdapter) => Keyv) {
  const folder = await mkdtemp(join(tmpdir(), 'keyv-'));
  const adapters: SqliteAdapter[] = [];
  return {
    createDriver: () => {
      const adapter = new SqliteAdapter(join(folder, 'cache.db'));
      adapters.push(adapter);
      return new KeyvDriver(keyvOver(adapter));
    },
    stop: async () => {
      await Promise.all(adapters.map(adapter => adapter.disconnect()));
      await rm(folder, { recursive: true });
    },
  };
}

/** An adapter whose every operation does what the spec says. */
class TestAdapter extends EventEmitter {
  readonly opts = {};
  constructor(private readonly answer: (adapter: TestAdapter) => unknown) {
    super();
  }
  readonly get = () => Promise.resolve(this).then(this.answer);
  readonly set = this.get;
  readonly delete = this.get;
  readonly clear = this.get;
}

/** One that reads many at once, too. */
class TestAdapterOfMany extends TestAdapter {
  readonly getMany = this.get;
}

function outcomes(keyv: Keyv): Promise<PromiseSettledResult<unknown>[]> {
  const driver = new KeyvDriver(keyv);
  driver.open(() => undefined);
  return Promise.allSettled([
    driver.getMany(['key']),
    driver.set('key', Buffer.from('value'), 1000),
    driver.setIfAbsent('key', Buffer.from('value'), 1000),
    driver.compareAndSet('key', undefined, Buffer.from('value'), 1000),
    driver.delete('key'),
  ]);
}

describe.each([
  ['one at a time', TestAdapter],
  ['many at once', TestAdapterOfMany],
])('a Keyv driver over an adapter that reads %s', (_how, Adapter) => {
  it('rejects when the adapter does, and leaves the given Keyv as it is', async () => {
    const keyv = new Keyv({
      store: new Adapter(() => {
        throw new Error('The disk is full.');
      }),
    });
    for (const outcome of await outcomes(keyv)) {
      expect(outcome).toEqual({ status: 'rejected', reason: expect.objectContaining({ message: 'The disk is full.' }) });
    }
    expect(keyv.throwOnErrors).toBe(false);
    expect(await keyv.get('key')).toBeUndefined();
  });

  it('rejects when the adapter reports its failure by an event only', async () => {
    const lost = new Error('The connection is lost.');
    const keyv = new Keyv({ store: new Adapter(adapter => void adapter.emit('error', lost)) });
    for (const outcome of await outcomes(keyv)) {
      expect(outcome).toEqual({ status: 'rejected', reason: expect.objectContaining({ cause: lost }) });
    }
  });
});

describe('a Keyv driver', () => {
  it('rejects when the adapter returns that it did not set', async () => {
    const driver = new KeyvDriver(new Keyv({ store: new TestAdapter(() => false) }));
    driver.open(() => undefined);
    await expect(driver.set('key', Buffer.from('value'), 1000)).rejects.toThrow('did not set key');
  });

  it('rejects when it is given more or fewer values than it asked for', async () => {
    const driver = new KeyvDriver(new Keyv({ store: new TestAdapterOfMany(() => []) }));
    driver.open(() => undefined);
    await expect(driver.getMany(['a', 'b'])).rejects.toThrow('Keyv returned 0 values for 2 keys.');
  });

  it('passes on the errors of the adapter until it is closed, and then removes its listener', async () => {
    const adapter = new TestAdapter(() => undefined);
    const keyv = new Keyv({ store: adapter });
    const listeners = adapter.listenerCount('error');
    const driver = new KeyvDriver(keyv);
    const errors: unknown[] = [];
    driver.open(error => errors.push(error));
    adapter.emit('error', 'a complaint');
    await driver.close();
    adapter.emit('error', 'another');
    expect(errors).toEqual(['a complaint']);
    expect(adapter.listenerCount('error')).toBe(listeners);
  });

  it('reads nothing outside its namespace', async () => {
    const store = new Map();
    const [one, other] = ['one', 'other'].map(namespace => new KeyvDriver(new Keyv({ store, namespace })));
    one!.open(() => undefined);
    other!.open(() => undefined);
    await one!.set('key', Buffer.from('value'), 1000);
    expect([...store.keys()]).toEqual(['one:key']);
    expect((await other!.getMany(['key']))[0]?.value).toBeUndefined();
  });
});

describe('the options of the Keyv store', () => {
  it('are a Keyv, or an adapter of which one is made', () => {
    const keyv = new Keyv();
    expect(keyvOf(keyv)).toBe(keyv);
    expect(keyvOf({ keyv })).toBe(keyv);
    const adapter = new TestAdapter(() => undefined) as unknown as KeyvStoreAdapter;
    expect(keyvOf({ adapter }).opts.store).toBe(adapter);
  });

  it.each<[unknown, string]>([
    [{}, 'KeyvStore needs either keyv or adapter, got neither. Write { keyv: new Keyv({ store: new KeyvSqlite() }) }.'],
    [{ keyv: new Keyv(), adapter: new Map() }, 'KeyvStore needs either keyv or adapter, got both.'],
    [{ keyv: {} }, 'keyv must be a Keyv of version 5, got {}.'],
    [{ adapter: {} }, 'adapter must be a Keyv adapter, got {}.'],
    [{ keyv: new Keyv(), uri: 'x' }, 'there is no option uri (got "x"). Write one of keyv, adapter.'],
    [new Map(), 'KeyvStore takes a Keyv or options, got Map(0) {}.'],
    ['sqlite://x', 'KeyvStore takes a Keyv or options, got "sqlite://x".'],
    [undefined, 'KeyvStore takes a Keyv or options, got undefined.'],
  ])('refuse %p', (options, message) => {
    expect(() => keyvOf(options as Keyv)).toThrow(message);
  });
});
