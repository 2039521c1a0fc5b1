import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Clock } from '../time/clock.js';
import type { MaybePromise, OpenableStore, Store, StoreSettings } from '../stores/store.js';
import { StoreClient } from './store-client.js';

/**
 * Makes a store. One that is not opened may take what it needs of the settings here; one that has `open` is given them there. Each
 * test has a `keyPrefix` of its own, so all may use one server.
 */
export type CreateStore = (settings: StoreSettings) => MaybePromise<Store | OpenableStore>;

/** Milliseconds: far more than a store on this machine needs, also while that does much else. */
const STORE_TIMEOUT_MS = 5000;
const COLLAPSE_TIMEOUT_MS = 10_000;

/** Time that stands still until a test moves it. It begins now: what a server forgets by its own clock, it forgets no sooner. */
class MovedClock implements Clock {
  private nowMs = Date.now();

  now(): number {
    return this.nowMs;
  }

  forward(ms: number): void {
    this.nowMs += ms;
  }
}

/** One test: its clock, a fresh store, and others beside it. */
export class StoreHarness {
  readonly clock = new MovedClock();
  private readonly keyPrefix = `t${randomUUID()}`;
  private readonly opened: Store[] = [];
  private readonly faults: unknown[] = [];

  private constructor(private readonly create: CreateStore) {}

  /** Runs a test, and closes the stores that it has opened. */
  static async run(create: CreateStore, test: (user: StoreClient, harness: StoreHarness) => Promise<void>): Promise<void> {
    const harness = new StoreHarness(create);
    try {
      await test(await harness.openPeer(), harness);
      assert.deepEqual(harness.faults, [], 'The store has reported faults.');
    } finally {
      await Promise.all(harness.opened.map(async store => store.close(0)));
    }
  }

  /** A user of a further store, made as in another process: with the same data, where it is shared. */
  openPeer(): Promise<StoreClient> {
    return this.open(this.keyPrefix);
  }

  /** A user of a store that has nothing to do with the others. */
  openUnrelated(): Promise<StoreClient> {
    return this.open(`t${randomUUID()}`);
  }

  private async open(keyPrefix: string): Promise<StoreClient> {
    const settings: StoreSettings = {
      clock: this.clock,
      keyPrefix,
      storeTimeoutMs: STORE_TIMEOUT_MS,
      collapseTimeoutMs: COLLAPSE_TIMEOUT_MS,
      reportFault: (code, message, cause) => {
        this.faults.push({ code, message, cause });
      },
    };
    const created = await this.create(settings);
    const store = 'open' in created ? created.open(settings) : created;
    this.opened.push(store);
    return new StoreClient(store, this.clock);
  }
}

/** Registers a test. */
export type DefineTest = (title: string, test: (user: StoreClient, harness: StoreHarness) => Promise<void>) => void;
