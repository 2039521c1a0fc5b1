import { LRUCache } from 'lru-cache';
import { keyDigest } from './key-digest.js';

const MAX_KNOWN = 10_000;

/**
 * Remembers whether the whole response can be stored, of keys that were asked for in part. Only then the handler of a request with
 * `Range` runs without it: a large file, or a response that is never stored, is sent in parts as without a cache.
 */
export class PartialResponses {
  /** By the digest of the key. */
  private readonly known = new LRUCache<string, 'storable' | 'unstorable'>({ max: MAX_KNOWN });

  isWholeStorable(key: string): boolean {
    return this.known.size > 0 && this.known.get(keyDigest(key)) === 'storable';
  }

  /** A partial response has shown that the whole could be stored. */
  recordPart(key: string): void {
    const digest = keyDigest(key);
    // What was not stored when it was sent whole is not tried again and again.
    if (!this.known.has(digest)) this.known.set(digest, 'storable');
  }

  recordUnstorable(key: string): void {
    this.known.set(keyDigest(key), 'unstorable');
  }

  recordStored(key: string): void {
    if (this.known.size > 0) this.known.delete(keyDigest(key));
  }
}
