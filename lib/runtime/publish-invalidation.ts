import { publish } from '../events/channels.js';
import type { InvalidationResult, MaybePromise, Store, Targets } from '../stores/store.js';

/** Invalidates, and publishes the result. */
export function publishInvalidation(
  store: Store,
  { prefixes, tags = [] }: Targets,
  by: string,
  invalidate: () => MaybePromise<InvalidationResult>,
): MaybePromise<InvalidationResult> {
  const before = entriesIn(store);
  const published = (invalidated: InvalidationResult, removed?: number): InvalidationResult => {
    publish('invalidated', {
      prefixes: prefixes.map(prefix => (prefix === '' ? '/' : prefix)),
      tags,
      by,
      removed,
      delivered: invalidated === undefined,
    });
    return invalidated;
  };
  const invalidated = invalidate();
  // Before a promise settles, other operations change the number of entries.
  if (invalidated instanceof Promise) return invalidated.then(settled => published(settled));
  const after = entriesIn(store);
  return published(invalidated, before === undefined || after === undefined ? undefined : before - after);
}

/** Counts the entries of a store. An error of the count must not prevent the invalidation. */
function entriesIn(store: Store): number | undefined {
  try {
    return store.size().entries;
  } catch {
    return undefined;
  }
}
