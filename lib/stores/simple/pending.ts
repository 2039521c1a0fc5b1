import type { Address } from '../store.js';
import { Indexed } from './indexed.js';

/** A computation that has begun: the store's fence. While it is living, nothing that covers it has been invalidated. */
export class Pending extends Indexed {
  readonly bytes = 0;

  constructor(
    readonly began: number,
    readonly address: Address,
  ) {
    super();
  }
}
