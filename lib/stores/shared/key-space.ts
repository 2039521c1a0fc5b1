import { createHash } from 'node:crypto';
import { canonicalise, type CanonicalPath } from '../../keys/canonical-path.js';
import type { Address, Targets } from '../store.js';

/** Segments of a path that have a generation of their own; what is deeper shares the last. So a long path asks for few keys. */
const MAX_DEPTH = 16;
/** Longer names are hashed: Memcached takes keys of 250 bytes, and 64 of them may be the prefix. */
const MAX_NAME = 150;

/** The root and its segments: what is so shallow is read with every look-up, and rarely changed. */
const TOP_LEVEL_DEPTH = 1;

/** The keys of one cache in a shared store. */
export class KeySpace {
  /**
   * @param shards how many keys each of the shallow generations has: a look-up reads one of them, an invalidation changes all, so that
   * no server is asked by everybody
   */
  constructor(
    private readonly keyPrefix: string,
    private readonly shards = 1,
  ) {}

  /** Of the entry. The path is part of it: an entry is compared with the generations of one path only. */
  entry({ key, path }: Address): string {
    return `${this.keyPrefix}:e:${digest(`${path.path}\n${key}`)}`;
  }

  /** Of the right to compute an entry under certain generations: nobody waits for what was begun before an invalidation. */
  fillLock(entryKey: string, stamps: readonly string[]): string {
    return `${this.keyPrefix}:c:${digest([entryKey, ...stamps].join('\n'))}`;
  }

  /** Of all generations that an entry is under: of the prefixes that cover its path, the root first, and of its tags. */
  generationsOver({ path, ignoresCase }: CanonicalPath, tags: readonly string[] = []): string[] {
    const text = ignoresCase ? path.toLowerCase() : path;
    const share = this.shardOf(text);
    const keys = [this.prefix('', ignoresCase, share)];
    for (let end = nextSegment(text, 0); keys.length <= MAX_DEPTH && end > 0; end = nextSegment(text, end)) {
      keys.push(this.prefix(text.slice(0, end), ignoresCase, keys.length <= TOP_LEVEL_DEPTH ? share : 0));
    }
    for (const tag of tags) keys.push(this.tag(tag));
    return keys;
  }

  /** Of the generations that an invalidation changes. */
  generationsOf({ prefixes, tags = [] }: Targets): string[] {
    const keys = prefixes.flatMap(prefix => {
      const segments = canonicalise(prefix).split('/', MAX_DEPTH + 1);
      const path = segments.join('/');
      const shares = segments.length - 1 <= TOP_LEVEL_DEPTH ? this.shards : 1;
      return Array.from({ length: shares }, (_, share) => [
        this.prefix(path, false, share),
        this.prefix(path.toLowerCase(), true, share),
      ]).flat();
    });
    return [...new Set([...keys, ...tags.map(tag => this.tag(tag))])];
  }

  /** Of the generation of a tag. */
  tag(tag: string): string {
    return this.generation('t', encodeURIComponent(tag.toWellFormed()));
  }

  /** Of a group of changes under way. */
  writers(group: string): string {
    return `${this.keyPrefix}:o:${group}`;
  }

  /** Of the log of the tags that were invalidated last. */
  get tagLog(): string {
    return `${this.keyPrefix}:tags`;
  }

  /** Holds nothing: to see whether the store answers. */
  get health(): string {
    return `${this.keyPrefix}:probe`;
  }

  /** @param share which of the keys of a shallow generation; 0 where there is one */
  private prefix(path: string, folded: boolean, share: number): string {
    const key = this.generation(folded ? 'f' : 'g', path || '/');
    return share === 0 ? key : `${key}|${share}`;
  }

  private shardOf(path: string): number {
    return this.shards === 1 ? 0 : createHash('sha256').update(path).digest().readUInt8(0) % this.shards;
  }

  private generation(kind: string, name: string): string {
    return `${this.keyPrefix}:${kind}:${name.length > MAX_NAME ? `#${digest(name)}` : name}`;
  }
}

/** Where the segment that begins here ends; 0 when none does. */
function nextSegment(path: string, start: number): number {
  if (start >= path.length) return 0;
  const slash = path.indexOf('/', start + 1);
  return slash === -1 ? path.length : slash;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
