import { Memoized } from '../../lib/index.js';
import type { Versions } from '../operation-log.js';
import type { Origin } from './origin.js';

/** Returns the tag of the innermost results that show a key. */
export function chainTag(key: string): string {
  return `key ${key}`;
}

/** A chain of memoized results. Only the innermost results have tags. The other results, and the responses, follow them. */
export class Chain {
  constructor(private readonly origin: Origin) {}

  @Memoized({ timeout: 3600 })
  async outer(path: string): Promise<Versions> {
    const [versions] = await Promise.all([this.inner(path), this.inner('/groups/0')]);
    return versions;
  }

  @Memoized({ timeout: 3600, tags: (versions: Versions) => Object.keys(versions).map(chainTag) })
  async inner(path: string): Promise<Versions> {
    return this.origin.show(path);
  }
}
