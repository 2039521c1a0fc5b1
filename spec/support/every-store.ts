import { randomUUID } from 'node:crypto';
import { systemClock } from '../../lib/time/clock.js';
import type { CacheFault } from '../../lib/errors/cache-errors.js';
import { cache, type CacheOptions } from '../../lib/index.js';
import { examplesIn, runModule } from './examples.js';
import { describeOn, driverFamilies, sharedStores, type SharedKind, type SharedServer } from './stores.js';
import type { Store } from '../../lib/stores/store.js';

/** A store for `cache.configure`, with its properties. */
export interface EachStore {
  readonly name: string;
  /** The part that the store shares with other processes. */
  readonly shared: SharedServer | undefined;
  /** True if the store returns promises. */
  readonly isAway: boolean;
  readonly hasAtomicCas: boolean;
  /** Configures the cache with the store. @returns the faults that the cache reports from then on */
  configure(options?: CacheOptions): CacheFault[];
}

/** Timeouts longer than any time for which a spec holds an operation. */
const PATIENT = { storeTimeout: 20, collapseTimeout: 20 };

/**
 * Describes a behaviour on every store: the simple store, a store of the application, and the shared stores.
 *
 * @param kinds the shared stores, by default one of each driver family; `npm run test:fast` runs none of them
 */
export function describeEveryStore(
  title: string,
  body: (store: () => EachStore) => void,
  kinds: readonly SharedKind[] = driverFamilies,
): void {
  describe(title, () => {
    describe.each([
      { name: 'the simple store', store: (): CacheOptions['store'] => 'simple' },
      { name: 'a store of one’s own', store: ownStore },
    ])('on $name:', ({ name, store }) => {
      body(() => ({
        name,
        shared: undefined,
        isAway: false,
        hasAtomicCas: true,
        configure: options => configure({ store: store(), ...options }),
      }));
    });
    for (const kind of process.env.FAST_SPECS ? [] : kinds) {
      describeOn(kind, server => {
        body(() => ({
          name: kind.name,
          shared: server(),
          isAway: true,
          hasAtomicCas: kind.hasAtomicCas,
          configure: options =>
            configure({ store: server().create(), keyPrefix: `rcc-${randomUUID().slice(0, 8)}`, ...PATIENT, ...options }),
        }));
      });
    }
  });
}

function configure(options: CacheOptions): CacheFault[] {
  const faults: CacheFault[] = [];
  cache.configure({ onError: fault => faults.push(fault), ...options });
  return faults;
}

/** The store of `docs/writing-a-store.md`. */
function ownStore(): Store {
  const { MapStore } = runModule(examplesIn('docs/writing-a-store.md')[0]!) as {
    MapStore: new (clock: { now(): number }) => Store;
  };
  return new MapStore({ now: () => systemClock.now() });
}

/** As `describeEveryStore`, on all shared stores: a race may depend on the client of a cluster or of a Sentinel. */
export function describeRacesOnEveryStore(title: string, body: (store: () => EachStore) => void): void {
  describeEveryStore(title, body, sharedStores);
}
