import { createHash } from 'node:crypto';
import { canonicalise, type CanonicalPath } from '../../keys/canonical-path.js';
import type { Address, Targets } from '../store.js';

/** Segments of a path that have a generation of their own; what is deeper shares the last. So a long path asks for few keys. */
const MAX_DEPTH = 16;
/** Longer names are hashed: Memcached takes keys of 250 bytes, and 64 of them may be the prefix. */
const MAX_NAME = 150;

/** The keys of one cache in a shared store. */
export class KeySpace {
  constructor(private readonly keyPrefix: string) {}

  /** Of the entry. The path is part of it: an entry is compared with the generations of one path only. */
  entry({ key, path }: Address): string {
    return `${this.keyPrefix}:e:${digest(`${path.path}\n${key}`)}`;
  }

  /** Of the right to compute an entry under certain generations: nobody waits for what was begun before an invalidation. */
  claim(entryKey: string, stamps: readonly string[]): string {
    return `${this.keyPrefix}:c:${digest([entryKey, ...stamps].join('\n'))}`;
  }

  /** Of all generations that an entry is under: of the prefixes that cover its path, the root first, and of its tags. */
  generationsOver({ path, folded }: CanonicalPath, tags: readonly string[] = []): string[] {
    const text = folded ? path.toLowerCase() : path;
    const keys = [this.prefix('', folded)];
    for (let end = nextSegment(text, 0); keys.length <= MAX_DEPTH && end > 0; end = nextSegment(text, end)) {
      keys.push(this.prefix(text.slice(0, end), folded));
    }
    for (const tag of tags) keys.push(this.tag(tag));
    return keys;
  }

  /** Of the generations that an invalidation changes. */
  generationsOf({ prefixes, tags = [] }: Targets): string[] {
    const keys = prefixes.flatMap(prefix => {
      const path = canonicalise(prefix)
        .split('/', MAX_DEPTH + 1)
        .join('/');
      return [this.prefix(path, false), this.prefix(path.toLowerCase(), true)];
    });
    return [...new Set([...keys, ...tags.map(tag => this.tag(tag))])];
  }

  /** Of the generation of a tag. */
  tag(tag: string): string {
    return this.generation('t', encodeURIComponent(tag.toWellFormed()));
  }

  /** Of the log of the tags that were invalidated last. */
  get tagLog(): string {
    return `${this.keyPrefix}:tags`;
  }

  /** Holds nothing: to see whether the store answers. */
  get probe(): string {
    return `${this.keyPrefix}:probe`;
  }

  private prefix(path: string, folded: boolean): string {
    return this.generation(folded ? 'f' : 'g', path || '/');
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
