import { checkedEntries, checkedValues, checkKeys } from '../values/value-arguments.js';
import type { ValueService } from '../values/value-service.js';

/** Values by key, beside responses and memoized results. */
export abstract class ValueCache {
  readonly #values: ValueService;

  constructor(values: ValueService) {
    this.#values = values;
  }

  /**
   * The value of a key, a copy for each caller; `undefined` where there is none, or the store cannot be asked.
   *
   * @throws CacheUsageError when the key is no text, or an empty one; so do the methods below
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
   * Keeps a value: whatever JSON carries faithfully.
   *
   * @param timeout seconds; 0: it never expires. Default: `defaultTimeout`
   * @returns whether it is kept: not where it is too large, the store cannot be told, or the key is invalidated meanwhile
   * @throws CacheUsageError that says where in the value stands what JSON does not carry; so do `add` and `setMany`
   */
  async set(key: string, value: unknown, timeout?: number): Promise<boolean> {
    return (await this.#values.setMany(checkedEntries('set', [[key, value]], timeout), timeout)).length === 1;
  }

  /** Keeps a value where there is none. Of several at once, also in several processes, one is kept. @returns whether it is */
  async add(key: string, value: unknown, timeout?: number): Promise<boolean> {
    return (await this.#values.addMany(checkedEntries('add', [[key, value]], timeout), timeout)).length === 1;
  }

  /** Whether there is a value of the key. */
  async has(key: string): Promise<boolean> {
    checkKeys('has', [key]);
    return (await this.#values.existingKeys([key])).length === 1;
  }

  /** Deletes a value, also one that is on its way, as `invalidate` does. @returns whether there was one */
  async delete(key: string): Promise<boolean> {
    checkKeys('delete', [key]);
    return (await this.#values.deleteMany([key])).length === 1;
  }

  /** The values of several keys, in their order. */
  async getMany<Value = unknown>(keys: readonly string[]): Promise<(Value | undefined)[]> {
    checkKeys('getMany', keys);
    return (await this.#values.getMany(keys)) as (Value | undefined)[];
  }

  /** Keeps several values, by key. @returns the keys of those that are kept */
  async setMany(values: Readonly<Record<string, unknown>>, timeout?: number): Promise<string[]> {
    return this.#values.setMany(checkedValues('setMany', values, timeout), timeout);
  }

  /** Deletes several values. @returns the keys that there was a value of */
  async deleteMany(keys: readonly string[]): Promise<string[]> {
    checkKeys('deleteMany', keys);
    return this.#values.deleteMany(keys);
  }
}
