import { reachesNothing } from '../actions/reach-errors.js';
import { nearestText } from '../errors/nearest-text.js';
import { parameterNames } from '../keys/path-template.js';
import { nearestPrefix } from '../keys/route-segments.js';
import type { AuditedAction, AuditFinding } from './audit.js';
import type { CachedResult } from './cached-results.js';
import type { DeclaredChange, TargetPath } from './declared-changes.js';
import { covers } from './place.js';
import { reaches } from './target-reach.js';

/** The longest timeout, in seconds, of an action that may have no invalidation. Its responses are stale for a minute at most. */
const SHORT_TIMEOUT = 60;

/** The cached results and the changes of a program. */
export interface AuditedProgram {
  readonly results: readonly CachedResult[];
  readonly changes: readonly DeclaredChange[];
}

/** Finds actions that change data, and declare nothing. */
export function undeclaredChanges({ results, changes }: AuditedProgram): AuditFinding[] {
  // The changes of a followed database need no declaration.
  if (results.length > 0 && results.every(({ report }) => report.derivesTags)) return [];
  return changes
    .filter(({ report }) => report.declares === 'undeclared')
    .map(change => {
      const { name, method = '', route = '' } = change.report;
      const prefix = ownCachedPrefix(change, results);
      const target = prefix === undefined ? '@InvalidatesCache with its paths or tags' : `@InvalidatesCache('${prefix}')`;
      return {
        code: 'CHANGE_UNDECLARED',
        where: name,
        message: `${method} ${route} has no @InvalidatesCache, so that nothing is invalidated. Write ${target}, or @ChangesNothing() if it changes no cached data, or if the services that it calls declare their changes.`,
      };
    });
}

/** Returns the longest prefix of the route of a change that covers a cached route. */
function ownCachedPrefix({ place }: DeclaredChange, results: readonly CachedResult[]): string | undefined {
  const segments = place?.segments ?? [];
  return segments
    .map((_, index) => segments.slice(0, segments.length - index))
    .filter(prefix => results.some(result => result.place && covers({ base: place?.base, segments: prefix }, result.place)))
    .map(prefix => `/${prefix.join('/')}`)[0];
}

/** Finds cached actions that no change can invalidate, and that do not expire soon. */
export function unreachedActions({ results }: AuditedProgram, actions: readonly AuditedAction[]): AuditFinding[] {
  return actions
    .map((action, index) => ({ ...action, result: results[index] }))
    .filter(({ kind, result, derivesTags }) => kind === 'action' && result?.isExempt === false && !derivesTags)
    .filter(({ timeout }) => timeout === 0 || timeout > SHORT_TIMEOUT)
    .filter(({ invalidatedBy, mayBeInvalidatedBy }) => invalidatedBy.length + mayBeInvalidatedBy.length === 0)
    .map(({ name, method = '', route = '', timeout, tags, result }) => {
      const lifetime = timeout === 0 ? 'without an end' : `for ${timeout} seconds`;
      const target = tags[0] === undefined ? `'${relativeRoute(result) ?? '/'}'` : `{ tags: '${tags[0]}' }`;
      return {
        code: 'NEVER_INVALIDATED',
        where: name,
        message: `${method} ${route} is cached ${lifetime}, and no @InvalidatesCache reaches it. Write @InvalidatesCache(${target}) on the method that changes its data, a timeout of at most ${SHORT_TIMEOUT} seconds, or @ChangesNothing() if its data never changes.`,
      };
    });
}

/** Returns the route of a result as a target is written. @returns undefined if it has a pattern */
function relativeRoute(result: CachedResult | undefined): string | undefined {
  const segments = result?.place?.segments;
  return segments && `/${segments.join('/')}`;
}

/** Finds fixed paths of targets that reach no cached route. If the program caches no route, they are for another program. */
export function idleTargets({ results, changes }: AuditedProgram): AuditFinding[] {
  if (results.every(({ place }) => place === undefined)) return [];
  return changes.flatMap(change =>
    change.paths
      .filter(path => !results.some(result => reaches(path, change, result)))
      .map(path => ({
        code: 'TARGET_REACHES_NOTHING',
        where: change.report.name,
        message: `@InvalidatesCache(${path.isImplied ? '' : `'${path.path}'`}) ${reachesNothing('no cached route', path.isImplied ? path.path : '', nearestTarget(path, change, results))}`,
      })),
  );
}

function nearestTarget(
  { path, place }: TargetPath,
  change: DeclaredChange,
  results: readonly CachedResult[],
): string | undefined {
  const places = results.flatMap(result => result.place ?? []);
  const routes =
    change.place === undefined
      ? places.map(({ base = [], segments }) => segments && [...base, ...segments])
      : places.map(({ segments }) => segments);
  return nearestPrefix(path, place.segments ?? [], routes, parameterNames(change.report.route ?? ''));
}

/** Finds fixed tags that only results have, or only changes. If the program caches nothing, they are for another program. */
export function oneSidedTags({ results, changes }: AuditedProgram): AuditFinding[] {
  if (results.length === 0) return [];
  const carriers = results.map(({ report }) => report);
  const declared = changes.map(({ report }) => report);
  const [carried, invalidated] = [tagsOf(carriers), tagsOf(declared)];
  const idle = declared.flatMap(({ name, tags }) => tags.filter(tag => !carried.has(tag)).map(tag => ({ name, tag })));
  const unreached = carriers.flatMap(({ name, kind, tags }) =>
    tags.filter(tag => !invalidated.has(tag)).map(tag => ({ name, kind, tag })),
  );
  const areCarriersKnown = carriers.every(({ hasUnknownTags }) => !hasUnknownTags);
  const areChangesKnown = declared.every(({ hasUnknownTargets }) => !hasUnknownTargets);
  return [
    ...(areCarriersKnown ? idle : []).map(({ name, tag }): AuditFinding => ({
      code: 'TAG_ONE_SIDED',
      where: name,
      message: `@InvalidatesCache({ tags: '${tag}' }) names a tag that no @Cached and no @Memoized has, so that nothing is invalidated. ${meantTag(tag, carried)} If code adds the tag by cache.tag, write a function: @InvalidatesCache(() => ({ tags: '${tag}' })).`,
    })),
    ...(areChangesKnown ? unreached : []).map(({ name, kind, tag }): AuditFinding => ({
      code: 'TAG_ONE_SIDED',
      where: name,
      message: `${kind === 'action' ? '@Cached' : '@Memoized'}({ tags: ['${tag}'] }) has a tag that no @InvalidatesCache names. Write @InvalidatesCache({ tags: '${tag}' }) on the method that changes its data, in place of cache.invalidateTags and cache.changing, or remove the tag.`,
    })),
  ];
}

function tagsOf(reports: readonly { readonly tags: readonly string[] }[]): ReadonlySet<string> {
  return new Set(reports.flatMap(({ tags }) => tags));
}

/** Names the tag that was probably meant: one that differs in a third of its letters at most. */
function meantTag(tag: string, carried: ReadonlySet<string>): string {
  const meant = nearestText(tag, [...carried], Math.ceil(tag.length / 3));
  return meant === undefined ? `Write tags: ['${tag}'] on the results that it changes.` : `Did you mean '${meant}'?`;
}
