import { LRUCache } from 'lru-cache';

/** The number of tracked generations. A generation that is not tracked any more stays in the store for its lifetime. */
const MAX_TRACKED = 10_000;

/** A generation that this process has initialised, and that no stored entry needs yet. */
export interface UnusedGeneration {
  readonly key: string;
  readonly value: Buffer;
  /** The number of leases of this process that have seen the generation. */
  leases: number;
  /** True if the fill of such a lease stored nothing, because its response must not be shared. */
  isUnneeded: boolean;
}

/**
 * The generations that this process has initialised, and that no stored entry needs yet. After the last lease under one, the store need
 * not have it any more if a response could not be stored. So requests for missing resources leave no keys.
 */
export class UnusedGenerations {
  private readonly unused = new LRUCache<string, UnusedGeneration>({ max: MAX_TRACKED });

  add(initialised: ReadonlyMap<string, Buffer | undefined>): void {
    for (const [key, value] of initialised)
      if (value !== undefined) this.unused.set(key, { key, value, leases: 0, isUnneeded: false });
  }

  /** Notes a lease. @param keys the generations over its entry */
  hold(keys: readonly string[]): readonly UnusedGeneration[] {
    if (this.unused.size === 0) return [];
    const held = keys.flatMap(key => this.unused.get(key) ?? []);
    for (const unused of held) unused.leases++;
    return held;
  }

  /**
   * Notes the end of a lease.
   *
   * @param isUnneeded true if its response must not be shared. After any other end, another process may have stored an entry.
   * @returns the generations that the store need not have any more
   */
  release(held: readonly UnusedGeneration[], isUnneeded: boolean): readonly UnusedGeneration[] {
    return held.filter(unused => {
      unused.isUnneeded ||= isUnneeded;
      if (--unused.leases > 0 || this.unused.get(unused.key) !== unused) return false;
      this.unused.delete(unused.key);
      return unused.isUnneeded;
    });
  }

  /** Notes that an entry needs the generations. */
  keep(keys: readonly string[]): void {
    if (this.unused.size > 0) for (const key of keys) this.unused.delete(key);
  }
}
