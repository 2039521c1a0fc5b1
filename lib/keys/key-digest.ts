import { createHash } from 'node:crypto';

/** Returns a short digest of a key, for lists that are bounded by number: keys may be long. */
export function keyDigest(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
