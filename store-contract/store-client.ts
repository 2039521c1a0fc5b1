import assert from 'node:assert/strict';
import type { Address, Clock, Entry, FillLock, Lease, Store, Targets, WriteIntent } from 'routing-controllers-cache';
import { entryOf, under, withTags } from './fixtures.js';

/** Milliseconds that a client waits for a fill lock. */
const LOCK_WAIT_MS = 5000;

/** The lifetime and the tags of an entry. */
export interface EntryOptions {
  /**
   * Seconds until the entry expires.
   *
   * @default 600
   */
  readonly seconds?: number;
  /**
   * Seconds after expiry in which the store may return the stale entry.
   *
   * @default 0
   */
  readonly staleSeconds?: number;
  /**
   * Computed tags of the entry.
   *
   * @default none
   */
  readonly tags?: readonly string[];
}

/** Uses a store as requests do. A method that the store does not have fails the test. */
export class StoreClient {
  constructor(
    readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** Looks up the entry. Releases the lease of a miss. */
  async entryAt(address: Address): Promise<Entry | undefined> {
    const lookUp = await this.store.lookup(address);
    if (lookUp.kind === 'unreachable') assert.fail('The store is unreachable.');
    if (lookUp.kind === 'hit') return lookUp.entry;
    this.store.release(lookUp.lease, 'unused');
    return undefined;
  }

  /** Looks up the body, as text. */
  async served(address: Address): Promise<string | undefined> {
    return (await this.entryAt(address))?.response.body.toString();
  }

  /** Looks up the body of the stale entry that a miss returns, as text. */
  async stale(address: Address): Promise<string | undefined> {
    const lookUp = await this.store.lookup(address);
    if (lookUp.kind !== 'miss') return undefined;
    this.store.release(lookUp.lease, 'unused');
    return lookUp.stale?.response.body.toString();
  }

  /** @returns true if the store reports that it deleted an entry */
  async delete(address: Address): Promise<boolean> {
    const isDeleted = await this.store.delete?.(address);
    assert.ok(isDeleted !== undefined, 'The store has no delete. If that is intended, set servesStale: false.');
    return isDeleted;
  }

  /** Returns the bodies that the store serves of these addresses, in the same order. */
  async servedOf(addresses: readonly Address[]): Promise<string[]> {
    const served = await Promise.all(addresses.map(address => this.served(address)));
    return served.filter(text => text !== undefined);
  }

  async lease(address: Address): Promise<Lease> {
    const result = await this.store.lease(address);
    if (result.kind === 'unreachable') assert.fail('The store is unreachable.');
    return result.lease;
  }

  /** Takes a lease and saves an entry, as a miss does. @returns true if the store reports that it stored the entry */
  async fill(address: Address, text: string, options?: EntryOptions): Promise<boolean> {
    return this.save(address, text, await this.lease(address), options);
  }

  async save(
    address: Address,
    text: string,
    lease: Lease,
    { seconds = 600, staleSeconds, tags }: EntryOptions = {},
  ): Promise<boolean> {
    const storedAtMs = this.clock.now();
    const expiresAtMs = storedAtMs + seconds * 1000;
    const deleteAtMs = staleSeconds === undefined ? undefined : expiresAtMs + staleSeconds * 1000;
    const lifetime = { storedAtMs, expiresAtMs, deleteAtMs };
    return this.store.save(address, entryOf(text, lifetime, [], tags), lease);
  }

  /** Adds an entry if none is fresh. @returns true if the store reports that it stored the entry */
  async add(address: Address, text: string, lease?: Lease, { seconds = 600 }: EntryOptions = {}): Promise<boolean> {
    const storedAtMs = this.clock.now();
    const entry = entryOf(text, { storedAtMs, expiresAtMs: storedAtMs + seconds * 1000 });
    const isAdded = await this.store.add?.(address, entry, lease ?? (await this.lease(address)));
    assert.ok(isAdded !== undefined, 'The store has no add. If that is intended, set adds: false.');
    return isAdded;
  }

  invalidate(...prefixes: readonly string[]): Promise<void> {
    return this.invalidateAll(under(...prefixes));
  }

  invalidateTags(...tags: readonly string[]): Promise<void> {
    return this.invalidateAll(withTags(...tags));
  }

  async invalidateAll(targets: Targets): Promise<void> {
    assert.equal(await this.store.invalidate(targets), undefined, 'The invalidation was not delivered.');
  }

  beginWrite(...prefixes: readonly string[]): Promise<WriteIntent> {
    return this.beginWriteOf(under(...prefixes));
  }

  async beginWriteOf(targets: Targets): Promise<WriteIntent> {
    const intent = await this.store.beginWrite?.(targets);
    assert.ok(intent, 'The store has no beginWrite. If that is intended, set writeIntents: false.');
    return intent;
  }

  async acquireFillLock(address: Address, lease: Lease, waitMs = LOCK_WAIT_MS): Promise<FillLock> {
    const lock = await this.store.acquireFillLock?.(address, lease, waitMs);
    assert.ok(lock, 'The store has no acquireFillLock. If that is intended, set fillLocks: false.');
    return lock;
  }
}
