import { createHash } from 'node:crypto';
import { canonicalise, type CanonicalPath } from '../../keys/canonical-path.js';
import type { Address, Targets } from '../store.js';

/** Segments of a path with a generation of their own. Deeper segments share the last one, so a long path reads few keys. */
const MAX_DEPTH = 16;
/** Longer names are hashed: Memcached accepts keys of at most 250 bytes, and the prefix may use 64 of them. */
const MAX_NAME = 150;

/** The root and the first segments have shards: every look-up reads them, and few invalidations change them. */
const TOP_LEVEL_DEPTH = 1;

/** The keys that every read of an address uses. A look-up computes them once, and the lease carries them. */
export interface AddressKeys {
  readonly entryKey: string;
  readonly generationKeys: readonly string[];
}

/** The keys of one cache in a shared store. */
export class KeySpace {
  /**
   * @param shards the number of keys for each top-level generation. A look-up reads one of them, and an invalidation changes all, so no
   * server receives all look-ups
   */
  constructor(
    private readonly keyPrefix: string,
    private readonly shards = 1,
  ) {}

  of(address: Address): AddressKeys {
    return { entryKey: this.entry(address), generationKeys: this.generationsOver(address.path, address.tags) };
  }

  /** Returns the key of an entry. The key contains the path, because the generations of one path decide about an entry. */
  entry({ key, path }: Address): string {
    return `${this.keyPrefix}:e:${digest(`${path.path}\n${key}`)}`;
  }

  /** Returns the key of a fill lock. It contains the stamps, so no request waits for a fill that began before an invalidation. */
  fillLock(entryKey: string, stamps: readonly string[]): string {
    return `${this.keyPrefix}:c:${digest([entryKey, ...stamps].join('\n'))}`;
  }

  /** Returns the keys of all generations over an entry: the prefixes of its path, the root first, and its tags. */
  generationsOver({ path, ignoresCase }: CanonicalPath, tags: readonly string[] = []): string[] {
    const text = ignoresCase ? path.toLowerCase() : path;
    const shard = this.shardOf(text);
    const keys = [this.prefix('', ignoresCase, shard)];
    for (let end = nextSegment(text, 0); keys.length <= MAX_DEPTH && end > 0; end = nextSegment(text, end)) {
      keys.push(this.prefix(text.slice(0, end), ignoresCase, keys.length <= TOP_LEVEL_DEPTH ? shard : 0));
    }
    for (const tag of tags) keys.push(this.tag(tag));
    return keys;
  }

  /** Returns the keys of the generations that an invalidation changes. */
  generationsOf({ prefixes, tags = [] }: Targets): string[] {
    const keys = prefixes.flatMap(prefix => {
      const segments = canonicalise(prefix).split('/', MAX_DEPTH + 1);
      const path = segments.join('/');
      const shards = segments.length - 1 <= TOP_LEVEL_DEPTH ? this.shards : 1;
      return Array.from({ length: shards }, (_, shard) => [
        this.prefix(path, false, shard),
        this.prefix(path.toLowerCase(), true, shard),
      ]).flat();
    });
    return [...new Set([...keys, ...tags.map(tag => this.tag(tag))])];
  }

  /** Returns the key of the generation of a tag. */
  tag(tag: string): string {
    return this.generation('t', encodeURIComponent(tag.toWellFormed()));
  }

  /** Returns the key that shows whether a group of writers is alive. */
  writers(group: string): string {
    return `${this.keyPrefix}:o:${group}`;
  }

  /** The key of the log of recent tag invalidations. */
  get tagLog(): string {
    return `${this.keyPrefix}:tags`;
  }

  /** The key that a health check reads. It never has a value. */
  get health(): string {
    return `${this.keyPrefix}:probe`;
  }

  /** @param shard the shard of a top-level generation; 0 for any other generation */
  private prefix(path: string, ignoresCase: boolean, shard: number): string {
    const key = this.generation(ignoresCase ? 'f' : 'g', path || '/');
    return shard === 0 ? key : `${key}|${shard}`;
  }

  private shardOf(path: string): number {
    return this.shards === 1 ? 0 : createHash('sha256').update(path).digest().readUInt8(0) % this.shards;
  }

  private generation(kind: string, name: string): string {
    return `${this.keyPrefix}:${kind}:${name.length > MAX_NAME ? `#${digest(name)}` : name}`;
  }
}

/** Returns the end of the segment that begins at `start`, or 0 if none begins there. */
function nextSegment(path: string, start: number): number {
  if (start >= path.length) return 0;
  const slash = path.indexOf('/', start + 1);
  return slash === -1 ? path.length : slash;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
