import { SieveCache } from '@neophi/sieve-cache';
import { LRUCache } from 'lru-cache';
import { newCache } from 'transitory';
import { SimpleStore, type Address, type Entry } from '../../lib/index.js';

/** A cache under replay. */
export interface Replayed {
  /** Asks for a key, and stores it when it is not there. @returns whether it was */
  request(key: number): boolean;
  entries(): number;
}

/** A way to choose what goes when the cache is full. */
export interface Policy {
  readonly name: string;
  create(capacity: number): Replayed;
}

export const policies: readonly Policy[] = [
  { name: 'simple store', create: simpleStore },
  { name: '`lru-cache` (LRU)', create: lru },
  { name: '`@neophi/sieve-cache` (SIEVE)', create: sieve },
  { name: '`transitory` (W-TinyLFU)', create: tinyLfu },
];

const entry: Entry = {
  response: { status: 200, statusMessage: undefined, headers: [], body: Buffer.alloc(100), isStreamed: false, callsNext: true },
  storedAtMs: Date.now(),
  expiresAtMs: Infinity,
};

/** Of the same length for all keys, so that a bound in bytes is one in entries too. */
function addressOf(key: number): Address {
  const path = `/keys/${String(key).padStart(8, '0')}`;
  return { key: path, path: { path, ignoresCase: false } };
}

function simpleStore(capacity: number): Replayed {
  const store = new SimpleStore({ maxBytes: bytesOf(capacity) });
  return {
    request: key => request(store, key),
    entries: () => store.size().entries,
  };
}

/** What so many entries take: the first two bring what all share, the others the same each. */
function bytesOf(entries: number): number {
  const store = new SimpleStore();
  const [, two, three] = [0, 1, 2].map(key => {
    request(store, key);
    return store.size().bytes;
  });
  return two! + (entries - 2) * (three! - two!);
}

function request(store: SimpleStore, key: number): boolean {
  const address = addressOf(key);
  const found = store.lookup(address);
  if (found.kind === 'miss') store.save(address, entry, found.lease);
  return found.kind === 'hit';
}

function lru(capacity: number): Replayed {
  return asMap(new LRUCache<number, true>({ max: capacity }));
}

function sieve(capacity: number): Replayed {
  return asMap(new SieveCache<number, true>(capacity));
}

function asMap(cache: {
  get(key: number): true | undefined;
  set(key: number, value: true): unknown;
  readonly size: number;
}): Replayed {
  return {
    request: key => {
      const isHit = cache.get(key) === true;
      if (!isHit) cache.set(key, true);
      return isHit;
    },
    entries: () => cache.size,
  };
}

function tinyLfu(capacity: number): Replayed {
  const cache = newCache<number, true>().maxSize(capacity).build();
  return {
    request: key => {
      const isHit = cache.getIfPresent(key) === true;
      if (!isHit) cache.set(key, true);
      // By itself it goes over its bound for a while, which would be an advantage here.
      if (!isHit) cache.cleanUp();
      return isHit;
    },
    entries: () => cache.size,
  };
}
