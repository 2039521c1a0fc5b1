import type { Targets } from './store.js';

/** The targets that cover every entry. */
export const EVERYTHING: Targets = { prefixes: ['/'] };

/** Merges the targets of functions. A function that throws is left out, because it needs a result that does not exist yet. */
export function mergeKnown(functions: readonly (() => Targets)[]): Targets {
  const known = functions.flatMap(targetsOf => {
    try {
      return [targetsOf()];
    } catch {
      // A function that always fails is reported after the write.
      return [];
    }
  });
  return mergeTargets(...known);
}

/** Merges targets, each prefix and tag once. */
export function mergeTargets(...targets: readonly Targets[]): Targets {
  return {
    prefixes: [...new Set(targets.flatMap(({ prefixes }) => prefixes))],
    tags: [...new Set(targets.flatMap(({ tags = [] }) => tags))],
  };
}
