import { joinKey } from '../keys/key-encoding.js';
import type { Address, Entry } from '../stores/store.js';
import { lifetimeOf } from '../time/clock.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';

/** So many at once that a store far away is not kept waiting, and so few that none of them comes too late for the others. */
const AT_ONCE = 100;

/** @returns what comes of each, in their order */
export async function inBatches<Item, Outcome>(
  items: readonly Item[],
  work: (item: Item) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    outcomes.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return outcomes;
}

/** Under an empty segment, where no route is that has parameters: nothing that a request names reaches it, but `/` does. */
const ROOT = '//values/';

/** Where the value of a key stands. */
export function addressOfValue(key: string, version: string): Address {
  return {
    key: joinKey([JSON.stringify(version), 'value', JSON.stringify(key)]),
    path: { path: pathOfValue(key), ignoresCase: false },
    isValue: true,
  };
}

/** The path of the value in every version: who deletes it speaks of the data. */
export function pathOfValue(key: string): string {
  return ROOT + encodeURIComponent(key.toWellFormed());
}

/** What is kept of a value: its JSON, in the place of a response's body. No text of JSON is empty: that is `undefined`. */
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

/** A value of one's own for whoever asks: to change it changes nothing that others get. */
export function valueOf({ response }: Entry): unknown {
  return response.body.length === 0 ? undefined : JSON.parse(response.body.toString());
}

/** Keeps an entry, or not. @returns whether it is kept */
type Put = (runtime: CacheRuntime, address: Address, entry: Entry) => Promise<boolean>;

/** Values by key, beside the responses in the store. What cannot be read is absent, and what cannot be kept is not. */
export class ValueService {
  constructor(private readonly current: RuntimeHolder) {}

  /** @returns the values, `undefined` where there is none, in the order of their keys */
  getMany(keys: readonly string[]): Promise<unknown[]> {
    const runtime = this.current.use();
    return inBatches(keys, async key => {
      const entry = await entryAt(runtime, key);
      return entry && valueOf(entry);
    });
  }

  /** @returns those of the keys that there is a value of */
  async existingKeys(keys: readonly string[]): Promise<string[]> {
    const runtime = this.current.use();
    const entries = await inBatches(keys, key => entryAt(runtime, key));
    return keys.filter((_key, index) => entries[index] !== undefined);
  }

  /** @param texts the values in JSON, by key. @returns the keys of those that are kept */
  setMany(texts: ReadonlyMap<string, string>, timeout?: number): Promise<string[]> {
    return this.keep(texts, timeout, set);
  }

  /** As `setMany`, but only those of which there is no value. */
  addMany(texts: ReadonlyMap<string, string>, timeout?: number): Promise<string[]> {
    return this.keep(texts, timeout, setIfAbsent);
  }

  /** @returns those of the keys that there was a value of. @throws CacheFault as `invalidate` does */
  async deleteMany(keys: readonly string[]): Promise<string[]> {
    const existingKeys = await this.existingKeys(keys);
    await this.current.invalidate({ prefixes: keys.map(pathOfValue) }, 'cache.delete');
    return existingKeys;
  }

  private async keep(texts: ReadonlyMap<string, string>, timeout: number | undefined, how: Put): Promise<string[]> {
    const runtime = this.current.use();
    const { version, defaultTimeout, maxEntryBytes } = runtime.config;
    const kept = await inBatches([...texts], async ([key, text]) => {
      const entry = entryOfValue(text, runtime.clock.now(), timeout ?? defaultTimeout);
      const { length } = entry.response.body;
      if (length <= maxEntryBytes)
        return (await attempt(runtime, () => how(runtime, addressOfValue(key, version), entry))) ?? false;
      const message = `the value of ${JSON.stringify(key)} is not kept: it has ${length} bytes, and maxEntryBytes is ${maxEntryBytes}`;
      runtime.faults.report('CACHE_VALUE_TOO_LARGE', message, undefined);
      return false;
    });
    return [...texts.keys()].filter((_key, index) => kept[index]);
  }
}

async function entryAt(runtime: CacheRuntime, key: string): Promise<Entry | undefined> {
  return attempt(runtime, async () => {
    const found = await runtime.store.lookup(addressOfValue(key, runtime.config.version));
    if (found.kind === 'miss') runtime.release(found.lease, 'unused');
    return found.kind === 'hit' ? found.entry : undefined;
  });
}

/** An invalidation that comes between the fence and the write wins. */
async function set({ store }: CacheRuntime, address: Address, entry: Entry): Promise<boolean> {
  // A store in memory answers at once: what is set is there when the caller goes on, awaited or not.
  const answer = store.lease(address);
  const begun = answer instanceof Promise ? await answer : answer;
  return begun.kind === 'miss' && store.save(address, entry, begun.lease);
}

async function setIfAbsent(runtime: CacheRuntime, address: Address, entry: Entry): Promise<boolean> {
  const { store } = runtime;
  if (store.add !== undefined) {
    const begun = await store.lease(address);
    return begun.kind === 'miss' && store.add(address, entry, begun.lease);
  }
  // Nothing comes between the two where the store answers at once.
  const answer = store.lookup(address);
  const found = answer instanceof Promise ? await answer : answer;
  return found.kind === 'miss' && store.save(address, entry, found.lease);
}

/** What comes of using the store; `undefined` where the cache is off, or a store of one's own throws. */
async function attempt<Outcome>(runtime: CacheRuntime, use: () => Promise<Outcome>): Promise<Outcome | undefined> {
  if (!runtime.config.enabled) return undefined;
  try {
    return await use();
  } catch (error) {
    runtime.faults.report('CACHE_STORE_FAILED', 'a value could not be read or kept', error);
    return undefined;
  }
}
