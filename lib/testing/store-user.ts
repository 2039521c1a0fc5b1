import assert from 'node:assert/strict';
import type { Clock } from '../clock.js';
import type { Address, Change, Claim, Entry, Fence, Store } from '../stores/store.js';
import { entryOf, under } from './samples.js';

/** Milliseconds that a claim may wait. */
const PATIENCE_MS = 5000;

/** Uses a store as requests do. What a store of the suite cannot do is a failure. */
export class StoreUser {
  constructor(
    readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** The entry, if it is served. The fence of a miss is given back. */
  async entryAt(address: Address): Promise<Entry | undefined> {
    const lookUp = await this.store.lookUp(address);
    if (lookUp.kind === 'unreachable') assert.fail('The store says that it is unreachable.');
    if (lookUp.kind === 'hit') return lookUp.entry;
    this.store.release(lookUp.fence, 'unused');
    return undefined;
  }

  /** The body that is served, as text. */
  async served(address: Address): Promise<string | undefined> {
    return (await this.entryAt(address))?.response.body.toString();
  }

  async fence(address: Address): Promise<Fence> {
    const begun = await this.store.begin(address);
    if (begun.kind === 'unreachable') assert.fail('The store says that it is unreachable.');
    return begun.fence;
  }

  /** What a request does that misses and computes. @returns whether the store says that it has kept it */
  async keep(address: Address, text: string, seconds?: number): Promise<boolean> {
    return this.save(address, text, await this.fence(address), seconds);
  }

  async save(address: Address, text: string, fence: Fence, seconds = 600): Promise<boolean> {
    const storedAtMs = this.clock.now();
    return this.store.save(address, entryOf(text, { storedAtMs, expiresAtMs: storedAtMs + seconds * 1000 }), fence);
  }

  async invalidate(...prefixes: readonly string[]): Promise<void> {
    assert.equal(await this.store.invalidate(under(...prefixes)), undefined, 'The invalidation has not been delivered.');
  }

  async beginChange(...prefixes: readonly string[]): Promise<Change> {
    const change = await this.store.beginChange?.(under(...prefixes));
    assert.ok(change, 'The store has no beginChange. Write changes: false where that is meant.');
    return change;
  }

  async claim(address: Address, fence: Fence, waitMs = PATIENCE_MS): Promise<Claim> {
    const claim = await this.store.claim?.(address, fence, waitMs);
    assert.ok(claim, 'The store has no claim. Write claims: false where that is meant.');
    return claim;
  }
}
