import { joinKey } from '../keys/cache-key.js';
import type { Address } from '../stores/store.js';

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
