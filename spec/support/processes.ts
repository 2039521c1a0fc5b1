import { randomUUID } from 'node:crypto';
import { systemClock } from '../../lib/time/clock.js';
import type { CacheOptions } from '../../lib/options/cache-config.js';
import type { CacheFault } from '../../lib/errors/cache-errors.js';
import { cache } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import type { Driver } from '../../lib/stores/shared/driver.js';
import { KeySpace } from '../../lib/stores/shared/key-space.js';
import { SharedStore } from '../../lib/stores/shared/shared-store.js';
import type { Address, Entry, Lease, OpenableStore, Store, StoreSettings } from '../../lib/stores/store.js';
import { HeldDriver } from './held-driver.js';
import { TestServer } from './server.js';
import type { SharedServer } from './stores.js';

/** Timeouts longer than any time for which a spec holds an operation. */
const PATIENT = { storeTimeout: 20, collapseTimeout: 20 };

type Controller = new (...args: never[]) => unknown;

/** The processes that share a store. This process serves HTTP. The others use the store as their requests would. */
export class Processes {
  /** The faults that this process reports, until it is closed. */
  readonly errors: CacheFault[] = [];
  private readonly others: OtherProcess[] = [];
  private address: Address | undefined;

  constructor(
    private readonly server: SharedServer,
    private readonly nearBytes = 0,
    readonly keyPrefix = `rcc-${randomUUID().slice(0, 8)}`,
  ) {}

  /** This process. */
  serve(controller: Controller, options: CacheOptions = {}): Promise<TestServer> {
    this.configure(options);
    return TestServer.ofControllers([controller]);
  }

  /** This process, with a driver whose operations the spec holds. */
  async serveHeld(controller: Controller, options: CacheOptions = {}): Promise<{ server: TestServer; driver: HeldDriver }> {
    const driver = this.configureHeld(options);
    return { server: await TestServer.ofControllers([controller]), driver };
  }

  /** This process, without an HTTP server. */
  configure(options: CacheOptions = {}): void {
    const onError = (error: CacheFault) => this.errors.push(error);
    cache.configure({ store: this.server.create(), keyPrefix: this.keyPrefix, onError, ...PATIENT, ...options });
    this.noteAddresses();
  }

  configureHeld(options: CacheOptions = {}): HeldDriver {
    const driver = new HeldDriver(this.server.createDriver());
    const store: OpenableStore = { open: settings => new SharedStore(driver, settings, this.nearBytes) };
    this.configure({ ...options, store });
    return driver;
  }

  /** Another process. */
  open(driver: Driver = this.server.createDriver()): OtherProcess {
    const other = new OtherProcess(driver, {
      clock: systemClock,
      keyPrefix: this.keyPrefix,
      storeTimeoutMs: PATIENT.storeTimeout * 1000,
      collapseTimeoutMs: PATIENT.collapseTimeout * 1000,
      reportFault: () => undefined,
    });
    this.others.push(other);
    return other;
  }

  openHeld(): { other: OtherProcess; driver: HeldDriver } {
    const driver = new HeldDriver(this.server.createDriver());
    return { other: this.open(driver), driver };
  }

  /** The address of the latest look-up of this process. */
  get lastAddress(): Address {
    return this.address!;
  }

  get keys(): KeySpace {
    return new KeySpace(this.keyPrefix);
  }

  /** Lets a write intent expire, as in a store that gets no heartbeat of the change for too long. */
  async forget(ownerId: string): Promise<void> {
    const { driver } = this.open();
    await driver.delete(this.keys.writers(ownerId.split('.', 1)[0]!));
  }

  async end(): Promise<void> {
    await Promise.all(this.others.splice(0).map(({ store }) => store.close(0)));
  }

  private noteAddresses(): void {
    const { store } = processCache.current.get();
    const lookUp = store.lookup.bind(store);
    store.lookup = address => {
      this.address = address;
      return lookUp(address);
    };
  }
}

/** A process without HTTP. The spec uses its store as its requests would. */
export class OtherProcess {
  readonly store: SharedStore;

  constructor(
    readonly driver: Driver,
    settings: StoreSettings,
  ) {
    this.store = new SharedStore(driver, settings);
  }

  /** Returns the response that a request of the process would get from the store. */
  async hit(address: Address): Promise<string | undefined> {
    const found = await this.store.lookup(address);
    if (found.kind === 'miss') this.store.release(found.lease, 'unused');
    return found.kind === 'hit' ? found.entry.response.body.toString() : undefined;
  }

  /** Begins a computation in the process. @returns a function that ends it with a response. Its result is true if the store stored it */
  async compute(address: Address): Promise<(text: string) => Promise<boolean>> {
    const fence = await leaseOver(this.store, address);
    return text => this.store.save(address, entryOf(text), fence);
  }

  async invalidate(...prefixes: readonly string[]): Promise<void> {
    expect(await this.store.invalidate({ prefixes })).toBeUndefined();
  }
}

/** Returns a shared store on a driver. @param given settings in place of the default ones */
export function sharedStoreOn(driver: Driver, given: Partial<StoreSettings> = {}): SharedStore {
  return new SharedStore(driver, {
    clock: systemClock,
    keyPrefix: 'rcc',
    storeTimeoutMs: 5000,
    collapseTimeoutMs: 10_000,
    reportFault: () => undefined,
    ...given,
  });
}

/** Acquires the lease of a computation. */
export async function leaseOver(store: Store, address: Address): Promise<Lease> {
  const begun = await store.lease(address);
  if (begun.kind !== 'miss') throw new Error(`Expected a lease, got: ${begun.kind}.`);
  return begun.lease;
}

/** Returns an entry. @default a lifetime of a minute */
export function entryOf(text: string, given: Partial<Entry> = {}): Entry {
  const { storedAtMs = systemClock.now() } = given;
  return {
    storedAtMs,
    expiresAtMs: storedAtMs + 60_000,
    response: {
      status: 200,
      statusMessage: undefined,
      headers: [{ kind: 'set', name: 'Content-Type', value: 'application/json; charset=utf-8' }],
      body: Buffer.from(text),
      isStreamed: false,
      callsNext: false,
    },
    ...given,
  };
}
