import type { AuditedAction, Invalidation } from './audit.js';
import type { CachedResult } from './cached-results.js';
import type { DeclaredChange, TargetPath } from './declared-changes.js';
import { covers, coversAll, coversWhole } from './place.js';

/** Returns the results with the changes that invalidate each of them. */
export function withInvalidations(results: readonly CachedResult[], changes: readonly DeclaredChange[]): AuditedAction[] {
  return results.map(result => {
    const invalidatedBy = changes.flatMap(change => invalidationsOf(result, change));
    const certain = new Set(invalidatedBy.map(({ change }) => change));
    const possible = changes.filter(change => !certain.has(change.report.name) && mayInvalidate(change, result, results));
    return {
      ...result.report,
      invalidatedBy: distinct(invalidatedBy),
      mayBeInvalidatedBy: [...new Set(possible.map(({ report }) => report.name))].sort(),
    };
  });
}

/** Returns true if a path of a change may cover the path of a result. */
export function reaches(path: TargetPath, change: DeclaredChange, { place }: CachedResult): boolean {
  if (place === undefined) return coversAll(path.place);
  return change.place === undefined ? coversWhole(path.place, place) : covers(path.place, place);
}

function invalidationsOf(result: CachedResult, change: DeclaredChange): Invalidation[] {
  const { name } = change.report;
  const paths = hasPattern(result) ? [] : change.paths.filter(path => reaches(path, change, result));
  const tags = change.report.tags.filter(tag => result.report.tags.includes(tag));
  return [
    ...paths.map(({ path }): Invalidation => ({ change: name, how: 'path', target: path })),
    ...tags.map((tag): Invalidation => ({ change: name, how: 'tag', target: tag })),
  ];
}

/** Returns true if a change may invalidate a result by a function, by a pattern, or through a memoized result that it may use. */
function mayInvalidate({ report, paths }: DeclaredChange, result: CachedResult, results: readonly CachedResult[]): boolean {
  if (report.hasUnknownTargets || (hasPattern(result) && paths.length > 0)) return true;
  const carriers = [result, ...results.filter(({ place }) => place === undefined)].map(carrier => carrier.report);
  return report.tags.some(tag => carriers.some(({ tags, hasUnknownTags }) => hasUnknownTags || tags.includes(tag)));
}

/** Returns true if the route of a result has a pattern, so that any path may reach it. */
function hasPattern({ place }: CachedResult): boolean {
  return place !== undefined && place.segments === undefined;
}

function distinct(invalidations: readonly Invalidation[]): Invalidation[] {
  const byText = new Map(invalidations.map(one => [JSON.stringify([one.change, one.how, one.target]), one]));
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, invalidation]) => invalidation);
}
