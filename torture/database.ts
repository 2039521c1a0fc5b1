import type { Versions } from './history.js';

/** The truth: versions that only grow. */
export class Database {
  private readonly versions = new Map<string, number>();

  look(keys: readonly string[]): Versions {
    return Object.fromEntries(keys.map(key => [key, this.versions.get(key) ?? 0]));
  }

  /** @returns the version from now on */
  commit(key: string): number {
    const version = (this.versions.get(key) ?? 0) + 1;
    this.versions.set(key, version);
    return version;
  }
}
