import { joinKey } from '../keys/key-encoding.js';
import type { Address, Entry } from '../stores/store.js';
import { lifetimeOf } from '../time/clock.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';

/** Enough operations at once to hide the latency of a remote store, and few enough that none waits past its timeout. */
const BATCH_SIZE = 100;

/** Processes the items in batches. @returns the results in the order of the items */
async function inBatches<Item, Outcome>(items: readonly Item[], work: (item: Item) => Promise<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < items.length; start += BATCH_SIZE) {
    outcomes.push(...(await Promise.all(items.slice(start, start + BATCH_SIZE).map(work))));
  }
  return outcomes;
}

/**
 * The root of all values. No route with parameters matches its empty segment, so no request can invalidate below it, but `/`
 * does.
 */
const ROOT = '//values/';

/** Returns the address of the value of a key. */
function addressOfValue(key: string, version: string): Address {
  return {
    key: joinKey([JSON.stringify(version), 'value', JSON.stringify(key)]),
    path: { path: pathOfValue(key), ignoresCase: false },
    isValue: true,
  };
}

/** Returns the path of a value. All versions share it: a deletion means the data, and must reach every version. */
export function pathOfValue(key: string): string {
  return ROOT + encodeURIComponent(key.toWellFormed());
}

/** Returns an entry with the JSON of a value as its body. The empty body means `undefined`, because no JSON text is empty. */
export function entryOfValue(json: string | undefined, storedAtMs: number, timeout: number, tags?: readonly string[]): Entry {
  return {
    response: {
      status: 200,
      statusMessage: undefined,
      headers: [],
      body: Buffer.from(json ?? ''),
      isStreamed: false,
      callsNext: false,
    },
    storedAtMs,
    expiresAtMs: storedAtMs + lifetimeOf(timeout) * 1000,
    tags,
  };
}

/** Returns a new copy of the value, so one caller cannot change the value of another. */
export function valueOf({ response }: Entry): unknown {
  return response.body.length === 0 ? undefined : JSON.parse(response.body.toString());
}

/** Stores an entry under a condition. @returns true if the entry is stored */
type WriteEntry = (runtime: CacheRuntime, address: Address, entry: Entry) => Promise<boolean>;

/** Values by key, in the same store as responses. If the store fails, a value counts as absent, or as not stored. */
export class ValueService {
  constructor(private readonly current: RuntimeHolder) {}

  /** @returns the values in the order of the keys; `undefined` for a key without a value */
  getMany(keys: readonly string[]): Promise<unknown[]> {
    const runtime = this.current.use();
    return inBatches(keys, async key => {
      const entry = await entryAt(runtime, key);
      return entry && valueOf(entry);
    });
  }

  /** @returns the keys that have a value */
  async existingKeys(keys: readonly string[]): Promise<string[]> {
    const runtime = this.current.use();
    const entries = await inBatches(keys, key => entryAt(runtime, key));
    return keys.filter((_key, index) => entries[index] !== undefined);
  }

  /** @param texts the values in JSON, by key. @returns the keys of the stored values */
  setMany(texts: ReadonlyMap<string, string>, timeout?: number): Promise<string[]> {
    return this.store(texts, timeout, set);
  }

  /** Stores values for the keys that have none. @returns the keys of the stored values */
  addMany(texts: ReadonlyMap<string, string>, timeout?: number): Promise<string[]> {
    return this.store(texts, timeout, setIfAbsent);
  }

  /** @returns the keys that had a value. @throws CacheFault as `invalidate` does */
  async deleteMany(keys: readonly string[]): Promise<string[]> {
    const existingKeys = await this.existingKeys(keys);
    await this.current.invalidate({ prefixes: keys.map(pathOfValue) }, 'cache.delete');
    return existingKeys;
  }

  private async store(texts: ReadonlyMap<string, string>, timeout: number | undefined, write: WriteEntry): Promise<string[]> {
    const runtime = this.current.use();
    const { version, defaultTimeout, maxEntryBytes } = runtime.config;
    const isStored = await inBatches([...texts], async ([key, text]) => {
      const entry = entryOfValue(text, runtime.clock.now(), timeout ?? defaultTimeout);
      const { length } = entry.response.body;
      if (length <= maxEntryBytes)
        return (await attempt(runtime, () => write(runtime, addressOfValue(key, version), entry))) ?? false;
      const message = `the value of ${JSON.stringify(key)} is not stored: it has ${length} bytes, and maxEntryBytes is ${maxEntryBytes}`;
      runtime.faults.report('CACHE_VALUE_TOO_LARGE', message, undefined);
      return false;
    });
    return [...texts.keys()].filter((_key, index) => isStored[index]);
  }
}

async function entryAt(runtime: CacheRuntime, key: string): Promise<Entry | undefined> {
  return attempt(runtime, async () => {
    const found = await runtime.store.lookup({ ...addressOfValue(key, runtime.config.version), isReadOnly: true });
    if (found.kind === 'miss') runtime.release(found.lease, 'unused');
    return found.kind === 'hit' ? found.entry : undefined;
  });
}

/** Stores an entry. An invalidation between the lease and the save wins. */
async function set({ store }: CacheRuntime, address: Address, entry: Entry): Promise<boolean> {
  // A store in memory answers synchronously. Then the value is stored when `set` returns, also if the caller does not await it.
  const answer = store.lease(address);
  const leased = answer instanceof Promise ? await answer : answer;
  return leased.kind === 'miss' && store.save(address, entry, leased.lease);
}

async function setIfAbsent(runtime: CacheRuntime, address: Address, entry: Entry): Promise<boolean> {
  const { store } = runtime;
  if (store.add !== undefined) {
    const leased = await store.lease(address);
    return leased.kind === 'miss' && store.add(address, entry, leased.lease);
  }
  // A store without `add` answers synchronously, so no other write runs between the look-up and the save.
  const answer = store.lookup(address);
  const found = answer instanceof Promise ? await answer : answer;
  return found.kind === 'miss' && store.save(address, entry, found.lease);
}

/** Uses the store. @returns undefined if the cache is off, or the store throws */
async function attempt<Outcome>(runtime: CacheRuntime, use: () => Promise<Outcome>): Promise<Outcome | undefined> {
  if (!runtime.config.enabled) return undefined;
  try {
    return await use();
  } catch (error) {
    runtime.faults.report('CACHE_STORE_FAILED', 'a value could not be read or stored', error);
    return undefined;
  }
}
