import { LRUCache } from 'lru-cache';
import { keyDigest } from '../keys/key-digest.js';

const MAX_KNOWN = 10_000;

/**
 * The keys of range requests, and whether their whole response is storable. Only then, the handler of a request with `Range`
 * runs without that header. A large file, or a response that is never stored, goes out in parts as without a cache.
 */
export class PartialResponses {
  /** The storability of whole responses, by the digest of the key. */
  private readonly known = new LRUCache<string, 'storable' | 'unstorable'>({ max: MAX_KNOWN });

  isWholeStorable(key: string): boolean {
    return this.known.size > 0 && this.known.get(keyDigest(key)) === 'storable';
  }

  /** Records that a partial response is part of a storable one. */
  recordPart(key: string): void {
    const digest = keyDigest(key);
    // A response that proved unstorable is not filled again.
    if (!this.known.has(digest)) this.known.set(digest, 'storable');
  }

  recordUnstorable(key: string): void {
    this.known.set(keyDigest(key), 'unstorable');
  }

  recordStored(key: string): void {
    if (this.known.size > 0) this.known.delete(keyDigest(key));
  }
}
