import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Clock, MaybePromise, OpenableStore, Store, StoreSettings } from 'routing-controllers-cache';
import { StoreClient } from './store-client.js';

/**
 * Creates a store. A store without `open` may use these settings; the suite passes them to `open` if the store has it. Each test has its
 * own `keyPrefix`, so all tests may share one server.
 */
export type CreateStore = (settings: StoreSettings) => MaybePromise<Store | OpenableStore>;

/** Milliseconds, with a large reserve for a busy machine. */
const STORE_TIMEOUT_MS = 5000;
const COLLAPSE_TIMEOUT_MS = 10_000;

/** A clock that only a test advances. It starts at the current time, so a server with its own clock expires no entry too early. */
class ManualClock implements Clock {
  private nowMs = Date.now();

  now(): number {
    return this.nowMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }
}

/** The clock and the stores of one test. */
export class StoreHarness {
  readonly clock = new ManualClock();
  private readonly keyPrefix = `t${randomUUID()}`;
  private readonly opened: Store[] = [];
  private readonly faults: unknown[] = [];

  private constructor(private readonly create: CreateStore) {}

  /** Runs a test and closes the stores that it opened. */
  static async run(create: CreateStore, test: (client: StoreClient, harness: StoreHarness) => Promise<void>): Promise<void> {
    const harness = new StoreHarness(create);
    try {
      await test(await harness.openPeer(), harness);
      assert.deepEqual(harness.faults, [], 'The store reported faults.');
    } finally {
      await Promise.all(harness.opened.map(async store => store.close(0)));
    }
  }

  /** Opens another store with the same prefix, as another process does. If the store is shared, both hold the same data. */
  openPeer(): Promise<StoreClient> {
    return this.open(this.keyPrefix);
  }

  /** Opens a store with another prefix. */
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
export type DefineTest = (title: string, test: (client: StoreClient, harness: StoreHarness) => Promise<void>) => void;
