import assert from 'node:assert/strict';
import type { Clock } from '../time/clock.js';
import type { Address, WriteIntent, FillLock, Entry, Lease, Store, Targets } from '../stores/store.js';
import { entryOf, under, withTags } from './fixtures.js';

/** Milliseconds that a claim may wait. */
const PATIENCE_MS = 5000;

/** What an entry has beside its body. */
export interface EntryOptions {
  /** That it lives. Default 600. */
  readonly seconds?: number;
  /** That it stays when it has expired. Default 0. */
  readonly graceSeconds?: number;
  /** That it brings. Default: none. */
  readonly tags?: readonly string[];
}

/** Uses a store as requests do. What a store of the suite cannot do is a failure. */
export class StoreClient {
  constructor(
    readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** The entry, if it is served. The fence of a miss is given back. */
  async entryAt(address: Address): Promise<Entry | undefined> {
    const lookUp = await this.store.lookup(address);
    if (lookUp.kind === 'unreachable') assert.fail('The store says that it is unreachable.');
    if (lookUp.kind === 'hit') return lookUp.entry;
    this.store.release(lookUp.lease, 'unused');
    return undefined;
  }

  /** The body that is served, as text. */
  async served(address: Address): Promise<string | undefined> {
    return (await this.entryAt(address))?.response.body.toString();
  }

  /** The body of what has expired, if it comes with a miss. */
  async stale(address: Address): Promise<string | undefined> {
    const lookUp = await this.store.lookup(address);
    if (lookUp.kind !== 'miss') return undefined;
    this.store.release(lookUp.lease, 'unused');
    return lookUp.stale?.response.body.toString();
  }

  /** @returns whether the store says that there was one */
  async delete(address: Address): Promise<boolean> {
    const isDeleted = await this.store.delete?.(address);
    assert.ok(isDeleted !== undefined, 'The store has no delete. Write grace: false where that is meant.');
    return isDeleted;
  }

  /** What is served of these, in their order. */
  async servedOf(addresses: readonly Address[]): Promise<string[]> {
    const served = await Promise.all(addresses.map(address => this.served(address)));
    return served.filter(text => text !== undefined);
  }

  async lease(address: Address): Promise<Lease> {
    const begun = await this.store.lease(address);
    if (begun.kind === 'unreachable') assert.fail('The store says that it is unreachable.');
    return begun.lease;
  }

  /** What a request does that misses and computes. @returns whether the store says that it has kept it */
  async fill(address: Address, text: string, kept?: EntryOptions): Promise<boolean> {
    return this.save(address, text, await this.lease(address), kept);
  }

  async save(
    address: Address,
    text: string,
    lease: Lease,
    { seconds = 600, graceSeconds, tags }: EntryOptions = {},
  ): Promise<boolean> {
    const storedAtMs = this.clock.now();
    const expiresAtMs = storedAtMs + seconds * 1000;
    const deleteAtMs = graceSeconds === undefined ? undefined : expiresAtMs + graceSeconds * 1000;
    const lifetime = { storedAtMs, expiresAtMs, deleteAtMs };
    return this.store.save(address, entryOf(text, lifetime, [], tags), lease);
  }

  /** What adds an entry where there is none. @returns whether the store says that it has kept it */
  async add(address: Address, text: string, lease?: Lease, { seconds = 600 }: EntryOptions = {}): Promise<boolean> {
    const storedAtMs = this.clock.now();
    const entry = entryOf(text, { storedAtMs, expiresAtMs: storedAtMs + seconds * 1000 });
    const isAdded = await this.store.add?.(address, entry, lease ?? (await this.lease(address)));
    assert.ok(isAdded !== undefined, 'The store has no add. Write adds: false where that is meant.');
    return isAdded;
  }

  invalidate(...prefixes: readonly string[]): Promise<void> {
    return this.invalidateAll(under(...prefixes));
  }

  invalidateTags(...tags: readonly string[]): Promise<void> {
    return this.invalidateAll(withTags(...tags));
  }

  async invalidateAll(targets: Targets): Promise<void> {
    assert.equal(await this.store.invalidate(targets), undefined, 'The invalidation has not been delivered.');
  }

  beginWrite(...prefixes: readonly string[]): Promise<WriteIntent> {
    return this.beginWriteOf(under(...prefixes));
  }

  async beginWriteOf(targets: Targets): Promise<WriteIntent> {
    const change = await this.store.beginWrite?.(targets);
    assert.ok(change, 'The store has no beginChange. Write changes: false where that is meant.');
    return change;
  }

  async acquireFillLock(address: Address, lease: Lease, waitMs = PATIENCE_MS): Promise<FillLock> {
    const claim = await this.store.acquireFillLock?.(address, lease, waitMs);
    assert.ok(claim, 'The store has no claim. Write claims: false where that is meant.');
    return claim;
  }
}
