import type { Clock } from '../clock.js';
import type { CacheConfig } from '../config/cache-config.js';
import { NullStore } from '../stores/null-store.js';
import { SimpleStore } from '../stores/simple/simple-store.js';
import type { Store } from '../stores/store.js';
import type { FaultReporter } from './faults.js';

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
