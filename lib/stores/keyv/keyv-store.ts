import type { KeyvStoreAdapter } from 'keyv';
import { CacheConfigError } from '../../errors/cache-errors.js';
import { formatValue } from '../../errors/format-value.js';
import { unknownOptions } from '../../errors/option-errors.js';
import { loadKeyv, type GivenKeyv } from './strict-keyv.js';
import { SharedStore } from '../shared/shared-store.js';
import type { OpenableStore, Store, StoreSettings } from '../store.js';
import { KeyvDriver } from './keyv-driver.js';

/** The database of a Keyv store. It stays open when the cache is closed. */
export interface KeyvStoreOptions {
  /** A Keyv of version 5. The store uses its namespace, serializer and compression, but not its default lifetime. */
  readonly keyv?: GivenKeyv;
  /** A Keyv adapter, from which the store creates a Keyv. */
  readonly adapter?: KeyvStoreAdapter;
}

const EXAMPLE = '{ keyv: new Keyv({ store: new KeyvSqlite() }) }';

/** @throws CacheConfigError with all mistakes */
export function keyvOf(given: GivenKeyv | KeyvStoreOptions): GivenKeyv {
  if (isKeyv(given)) return given;
  if (typeof given !== 'object' || (given as unknown) === null || given instanceof Map) {
    throw new CacheConfigError([`KeyvStore takes a Keyv or options, got ${formatValue(given)}. Write ${EXAMPLE}.`]);
  }
  const { keyv, adapter } = given;
  const mistakes = unknownOptions(given, ['keyv', 'adapter']);
  if (keyv !== undefined && !isKeyv(keyv)) {
    mistakes.push(`keyv must be a Keyv of version 5, got ${formatValue(keyv)}. Write ${EXAMPLE}.`);
  }
  if (adapter !== undefined && !isAdapter(adapter)) {
    mistakes.push(`adapter must be a Keyv adapter, got ${formatValue(adapter)}. Write { adapter: new KeyvSqlite() }.`);
  }
  if ((keyv === undefined) === (adapter === undefined)) {
    const seen = keyv === undefined ? 'neither' : 'both';
    mistakes.push(`KeyvStore needs either keyv or adapter, got ${seen}. Write ${EXAMPLE}.`);
  }
  if (mistakes.length > 0) throw new CacheConfigError(mistakes);
  return keyv ?? new (loadKeyv())({ store: adapter });
}

/** Returns true for a Keyv of any copy of the package. */
function isKeyv(value: unknown): value is GivenKeyv {
  return typeof value === 'object' && value !== null && 'useKeyPrefix' in value && 'opts' in value;
}

function isAdapter(value: unknown): boolean {
  const methods = (value ?? {}) as Readonly<Record<string, unknown>>;
  return ['get', 'set', 'delete', 'clear'].every(name => typeof methods[name] === 'function');
}

/**
 * Stores responses in any database with a Keyv adapter. All processes with the same database share them. The store needs the package
 * `keyv`, of version 5.
 *
 * @throws CacheConfigError for invalid options, or if the package is not installed
 */
export class KeyvStore implements OpenableStore {
  private readonly driver: KeyvDriver;

  constructor(keyv: GivenKeyv | KeyvStoreOptions) {
    this.driver = new KeyvDriver(keyvOf(keyv));
  }

  /** Opens the driver. Only the cache calls it. */
  open(settings: StoreSettings): Store {
    return new SharedStore(this.driver, settings);
  }
}
