import { steadyClock, systemClock, type Clock } from '../time/clock.js';
import type { CacheConfig } from '../options/cache-config.js';
import { NullStore } from '../stores/null-store.js';
import { SimpleStore } from '../stores/simple/simple-store.js';
import type { Store } from '../stores/store.js';
import type { FaultReporter } from './fault-reporter.js';

/**
 * Returns the clock for the lifetimes of a configuration. For memory of this process, it is steady: no administrator can set
 * it. Processes that share a store compare lifetimes by the time of day, and so may a store of the application.
 */
export function clockOf({ store }: CacheConfig): Clock {
  if (store instanceof SimpleStore) return store.clock;
  return typeof store === 'string' ? steadyClock : systemClock;
}

/** Opens the store of a configuration. */
export function openStore(config: CacheConfig, clock: Clock, faults: FaultReporter): Store {
  const { store, maxBytes, keyPrefix, storeTimeout, collapseTimeout } = config;
  if (store === 'simple') return new SimpleStore({ maxBytes, clock });
  if (store === 'null') return new NullStore();
  if (!('open' in store)) return store;
  return store.open({
    clock,
    keyPrefix,
    storeTimeoutMs: storeTimeout * 1000,
    collapseTimeoutMs: collapseTimeout * 1000,
    reportFault: (code, message, cause) => {
      faults.report(code, message, cause);
    },
  });
}
