import type { Versions } from './operation-log.js';

/** The database of a run. The version of a key only grows. */
export class Database {
  private readonly versions = new Map<string, number>();
  private readonly looks = new Map<string, number>();

  /** Returns the versions of the keys, and counts a computation. @param path the path of the computed resource */
  look(path: string, keys: readonly string[]): Versions {
    this.looks.set(path, this.computationsOf(path) + 1);
    return Object.fromEntries(keys.map(key => [key, this.versions.get(key) ?? 0]));
  }

  /** Returns the number of handler runs for a resource. */
  computationsOf(path: string): number {
    return this.looks.get(path) ?? 0;
  }

  /** Increments the version of a key. @returns the new version */
  commit(key: string): number {
    const version = (this.versions.get(key) ?? 0) + 1;
    this.versions.set(key, version);
    return version;
  }
}
