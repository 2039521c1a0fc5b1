import { checkedEntries, checkedValues, checkKeys } from '../values/value-arguments.js';
import type { ValueService } from '../values/value-service.js';

/** The value API of the cache. Values are in the same store as responses and memoized results. */
export abstract class ValueCache {
  readonly #values: ValueService;

  constructor(values: ValueService) {
    this.#values = values;
  }

  /**
   * Reads the value of a key. Each caller gets a copy.
   *
   * @returns undefined if there is no value, or the store fails
   * @throws CacheUsageError if the key is no text, or the empty text
   *
   * @example
   * ```ts
   * const rates = (await cache.get<Record<string, number>>('rates')) ?? (await db.rates());
   * ```
   */
  async get<Value = unknown>(key: string): Promise<Value | undefined> {
    checkKeys('get', [key]);
    return (await this.#values.getMany([key]))[0] as Value | undefined;
  }

  /**
   * Stores a value that JSON can carry without a loss.
   *
   * @param timeout seconds until the value expires; 0: the value never expires. Default: `defaultTimeout`
   * @returns false if the value is larger than `maxEntryBytes`, the store fails, or an invalidation of the key comes in between
   * @throws CacheUsageError if the key is invalid, or JSON cannot carry the value: the message has the position in the value
   */
  async set(key: string, value: unknown, timeout?: number): Promise<boolean> {
    return (await this.#values.setMany(checkedEntries('set', [[key, value]], timeout), timeout)).length === 1;
  }

  /**
   * Stores a value if the key has none. Of several concurrent calls, also in several processes, one stores its value.
   *
   * @param timeout seconds until the value expires; 0: the value never expires. Default: `defaultTimeout`
   * @returns true if this call stored its value
   * @throws CacheUsageError as `set`
   */
  async add(key: string, value: unknown, timeout?: number): Promise<boolean> {
    return (await this.#values.addMany(checkedEntries('add', [[key, value]], timeout), timeout)).length === 1;
  }

  /** @returns true if the key has a value. @throws CacheUsageError as `get` */
  async has(key: string): Promise<boolean> {
    checkKeys('has', [key]);
    return (await this.#values.existingKeys([key])).length === 1;
  }

  /**
   * Deletes a value, also one that another call stores at this moment, with the same guarantees as `invalidate`.
   *
   * @returns true if there was a value
   * @throws CacheFault as `invalidate`
   * @throws CacheUsageError as `get`
   */
  async delete(key: string): Promise<boolean> {
    checkKeys('delete', [key]);
    return (await this.#values.deleteMany([key])).length === 1;
  }

  /** Reads the values of several keys. @returns the values in the order of the keys. @throws CacheUsageError as `get` */
  async getMany<Value = unknown>(keys: readonly string[]): Promise<(Value | undefined)[]> {
    checkKeys('getMany', keys);
    return (await this.#values.getMany(keys)) as (Value | undefined)[];
  }

  /**
   * Stores several values, by key.
   *
   * @param timeout seconds until the values expire; 0: the values never expire. Default: `defaultTimeout`
   * @returns the keys of the stored values
   * @throws CacheUsageError as `set`
   */
  async setMany(values: Readonly<Record<string, unknown>>, timeout?: number): Promise<string[]> {
    return this.#values.setMany(checkedValues('setMany', values, timeout), timeout);
  }

  /**
   * Deletes several values, with the same guarantees as `invalidate`.
   *
   * @returns the keys that had a value
   * @throws CacheFault as `invalidate`
   * @throws CacheUsageError as `get`
   */
  async deleteMany(keys: readonly string[]): Promise<string[]> {
    checkKeys('deleteMany', keys);
    return this.#values.deleteMany(keys);
  }
}
