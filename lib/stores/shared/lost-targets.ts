import type { Targets } from '../store.js';

/** The maximum number of targets in one message. */
const MAX_NAMED = 100;

/** Returns a message that lists the undelivered invalidations of a closed store. */
export function lostInvalidationMessage(lost: readonly Targets[]): string {
  const paths = new Set(lost.flatMap(({ prefixes }) => prefixes));
  const tags = new Set(lost.flatMap(({ tags = [] }) => tags));
  const named = [...paths, ...Array.from(tags, tag => `tag ${tag}`)];
  const rest = named.length > MAX_NAMED ? ` and ${named.length - MAX_NAMED} more` : '';
  const list = named.slice(0, MAX_NAMED).join(', ') + rest;
  return `the cache was closed before these could be invalidated: ${list}. Other processes may serve stale responses until the entries expire`;
}
