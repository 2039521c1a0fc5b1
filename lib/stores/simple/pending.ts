import type { Address } from '../store.js';
import { IndexedItem } from './indexed.js';

/** A computation that has begun: the store's fence. While it is living, nothing that covers it has been invalidated. */
export class SimpleLease extends IndexedItem {
  readonly bytes = 0;

  constructor(
    readonly sequence: number,
    readonly address: Address,
  ) {
    super();
  }
}
