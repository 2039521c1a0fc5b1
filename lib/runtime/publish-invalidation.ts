import { publish } from '../events/channels.js';
import type { InvalidationResult, MaybePromise, Store, Targets } from '../stores/store.js';

/** Invalidates, and tells those who listen what came of it. */
export function publishInvalidation(
  store: Store,
  { prefixes, tags = [] }: Targets,
  by: string,
  invalidate: () => MaybePromise<InvalidationResult>,
): MaybePromise<InvalidationResult> {
  const before = entriesIn(store);
  const told = (invalidated: InvalidationResult, removed?: number): InvalidationResult => {
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
  // By the time that a promise is kept, others have stored and removed more.
  if (invalidated instanceof Promise) return invalidated.then(settled => told(settled));
  const after = entriesIn(store);
  return told(invalidated, before === undefined || after === undefined ? undefined : before - after);
}

/** Nothing that is asked for listeners may keep an invalidation from being made. */
function entriesIn(store: Store): number | undefined {
  try {
    return store.size().entries;
  } catch {
    return undefined;
  }
}
