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

  /** Of the right to compute an entry under certain generations: an invalidation ends all rights given before it. */
  claim(entryKey: string, stamps: readonly string[]): string {
    return `${this.keyPrefix}:c:${digest(`${entryKey}\n${stamps.join('\n')}`)}`;
  }

  /** Of the generations of all prefixes that cover a path, the root first. */
  generationsOver({ path, folded }: CanonicalPath): string[] {
    const text = folded ? path.toLowerCase() : path;
    const keys = [this.generation('', folded)];
    for (let end = nextSegment(text, 0); keys.length <= MAX_DEPTH && end > 0; end = nextSegment(text, end)) {
      keys.push(this.generation(text.slice(0, end), folded));
    }
    return keys;
  }

  /** Of the generations that an invalidation changes. */
  generationsOf({ prefixes }: Targets): string[] {
    const keys = prefixes.flatMap(prefix => {
      const path = canonicalise(prefix)
        .split('/', MAX_DEPTH + 1)
        .join('/');
      return [this.generation(path, false), this.generation(path.toLowerCase(), true)];
    });
    return [...new Set(keys)];
  }

  /** Holds nothing: to see whether the store answers. */
  get probe(): string {
    return `${this.keyPrefix}:probe`;
  }

  private generation(path: string, folded: boolean): string {
    return `${this.keyPrefix}:${folded ? 'f' : 'g'}:${path.length > MAX_NAME ? `#${digest(path)}` : path || '/'}`;
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
