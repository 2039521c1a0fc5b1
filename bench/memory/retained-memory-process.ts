import { SimpleStore, type Address, type Entry } from '../../lib/index.js';
import type { Taken } from './retained-memory.js';
import { layouts } from './layouts.js';

/** Fills a store, and reports the memory of its entries. Arguments: the number of entries, and the name of the layout. */
const entries = Number(process.argv[2]);
const { pathOf } = layouts.find(({ name }) => name === process.argv[3])!;

/** Enough for a million entries. */
const MAX_BYTES = 1e9;
const BODY_BYTES = 200;
const store = new SimpleStore({ maxBytes: MAX_BYTES });

function used(): { readonly used: number; readonly resident: number } {
  for (let round = 0; round < 3; round++) globalThis.gc!();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { used: heapUsed + arrayBuffers, resident: rss };
}

function addressOf(index: number): Address {
  const path = pathOf(index);
  return { key: ['""', 'MembersController.member', path].join('\n'), path: { path, ignoresCase: false } };
}

function entryOf(index: number): Entry {
  const body = Buffer.allocUnsafeSlow(BODY_BYTES).fill(`{"member":${index}}`);
  const headers = [
    { kind: 'set', name: 'Content-Type', value: 'application/json; charset=utf-8' },
    { kind: 'set', name: 'ETag', value: `W/"c8-${String(index).padStart(27, 'x')}"` },
  ] as const;
  return {
    response: { status: 200, statusMessage: undefined, headers, body, isStreamed: false, callsNext: true },
    storedAtMs: Date.now(),
    expiresAtMs: Date.now() + 300_000,
  };
}

function fill(count: number): number {
  let texts = 0;
  for (let index = 0; index < count; index++) {
    const address = addressOf(index);
    if (!store.save(address, entryOf(index), store.lease(address).lease)) throw new Error('The store refuses an entry.');
    texts += address.key.length + BODY_BYTES;
  }
  return texts;
}

fill(1000);
store.close();
const before = used();
const texts = fill(entries);
const after = used();
const size = store.size();
if (size.entries !== entries) throw new Error(`The store has ${size.entries} of ${entries} entries.`);
process.send!({
  texts: texts / entries,
  counted: size.bytes / entries,
  used: (after.used - before.used) / entries,
  resident: (after.resident - before.resident) / entries,
} satisfies Taken);
