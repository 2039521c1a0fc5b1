import { CacheUsageError } from '../errors/cache-errors.js';
import { formatValue } from '../errors/format-value.js';
import { parameterNames } from '../keys/path-template.js';

/** Describes the mistake in a path prefix, to follow its name. @returns undefined if the prefix is valid */
export function prefixMistake(prefix: unknown): string | undefined {
  if (typeof prefix !== 'string') return `has ${formatValue(prefix)} for a path. Write a string such as '/users/bob'.`;
  const url = /^[a-z][a-z\d+.-]*:\/\/[^/]*(?<path>\/[^?#]*)?/i.exec(prefix);
  if (url !== null) return `is a whole URL. Write the path alone: '${url.groups?.path ?? '/'}'.`;
  if (!prefix.startsWith('/')) return `does not begin with a slash. Write '/${prefix}'.`;
  if (/[?#]/.test(prefix)) return 'has a query string. Write the path alone: it covers all queries.';
  return undefined;
}

/** Describes the mistake in a tag, to follow its name. @returns undefined if the tag is valid */
export function tagMistake(tag: unknown): string | undefined {
  if (typeof tag === 'string' && tag !== '') return undefined;
  return `has ${formatValue(tag)} for a tag. Write a string such as 'user:bob'.`;
}

/** Describes the mistake in a whole path, to follow its name. A whole path has no parameters. */
export function wholePathMistake(path: unknown): string | undefined {
  const mistake = prefixMistake(path);
  if (mistake !== undefined) return mistake;
  const name = (path as string).split('/').find(segment => /^:\w+$/.test(segment));
  return name === undefined
    ? undefined
    : `has ${name}, which only a decorator can fill. Write the value, encoded by encodeURIComponent.`;
}

/**
 * Returns the paths or tags of a call as an array.
 *
 * @param call the call that received them, for messages
 * @throws CacheUsageError with all mistakes
 */
export function checkedTargets(
  call: string,
  given: string | readonly string[],
  mistakeOf: (target: unknown) => string | undefined,
): readonly string[] {
  // Code without types may pass anything, and `null` is not an array.
  const targets = Array.isArray(given) ? (given as readonly string[]) : [given as string];
  const mistakes = targets.flatMap(target => {
    const mistake = mistakeOf(target);
    return mistake === undefined ? [] : [`${call}(${formatValue(target)}) ${mistake}`];
  });
  if (mistakes.length > 0) throw new CacheUsageError('CACHE_USAGE_INVALID', mistakes);
  return targets;
}

/** A route whose parameters fill a prefix. */
export interface NamedRoute {
  readonly text: string;
  readonly names: ReadonlySet<string>;
}

/** Describes the mistake in a prefix of a controller, which covers all values of its parameters. */
export function writtenPrefixMistake(prefix: unknown, routes: readonly NamedRoute[]): string | undefined {
  const mistake = prefixMistake(prefix);
  if (mistake !== undefined) return mistake;
  const written = prefix as string;
  if (/[*(){}[\]+\\]/.test(written)) return 'has a pattern. Write the path before it: a prefix covers all that lies under it.';
  for (const { text, names } of routes) {
    const unknown = parameterNames(written).find(name => !names.has(name));
    if (unknown === undefined) continue;
    const known = [...names].map(name => `:${name}`).join(', ');
    const remedy = known === '' ? 'That has no parameters: write a function that returns the path.' : `Its parameters: ${known}.`;
    return `names :${unknown}, but its route is ${text}. ${remedy}`;
  }
  return undefined;
}

/** Returns the names of the parameters in the route of a controller and an action. */
export function routeNames(base: string | undefined, route: string | RegExp | undefined): Set<string> {
  const own = route instanceof RegExp ? namedGroups(route) : parameterNames(route ?? '');
  return new Set([...parameterNames(base ?? ''), ...own]);
}

function namedGroups({ source }: RegExp): string[] {
  return Array.from(source.matchAll(/\(\?<([A-Za-z_]\w*)>/g), match => match[1] ?? '');
}
