import type { Versions } from './operation-log.js';

/** The truth: versions that only grow. */
export class Database {
  private readonly versions = new Map<string, number>();
  private readonly looks = new Map<string, number>();

  /** @param path of the resource that is computed */
  look(path: string, keys: readonly string[]): Versions {
    this.looks.set(path, this.computationsOf(path) + 1);
    return Object.fromEntries(keys.map(key => [key, this.versions.get(key) ?? 0]));
  }

  /** How often handlers have run for a resource. */
  computationsOf(path: string): number {
    return this.looks.get(path) ?? 0;
  }

  /** @returns the version from now on */
  commit(key: string): number {
    const version = (this.versions.get(key) ?? 0) + 1;
    this.versions.set(key, version);
    return version;
  }
}
