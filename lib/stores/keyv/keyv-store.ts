import { SharedStore } from '../shared/shared-store.js';
import type { OpenableStore, Store, StoreSettings } from '../store.js';
import { KeyvDriver } from './keyv-driver.js';
import { keyvOf, type KeyvStoreOptions } from './keyv-options.js';
import type { GivenKeyv } from './strict-keyv.js';

/**
 * Responses kept in anything that Keyv has an adapter for, shared by all processes that use the same database. It needs the package
 * `keyv`, of version 5.
 *
 * @throws CacheConfigError for options that cannot work, and when that package is not installed
 */
export class KeyvStore implements OpenableStore {
  private readonly driver: KeyvDriver;

  constructor(keyv: GivenKeyv | KeyvStoreOptions) {
    this.driver = new KeyvDriver(keyvOf(keyv));
  }

  /** Called by the cache. */
  open(settings: StoreSettings): Store {
    return new SharedStore(this.driver, settings);
  }
}
