import type { Targets } from './store.js';

/** The targets that cover every entry. */
export const EVERYTHING: Targets = { prefixes: ['/'] };

/** Merges targets, each prefix and tag once. */
export function mergeTargets(...targets: readonly Targets[]): Targets {
  return {
    prefixes: [...new Set(targets.flatMap(({ prefixes }) => prefixes))],
    tags: [...new Set(targets.flatMap(({ tags = [] }) => tags))],
  };
}
