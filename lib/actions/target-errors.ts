import { CacheUsageError } from '../errors/cache-errors.js';
import { formatValue } from '../errors/format-value.js';
import { parameterNames } from '../keys/path-template.js';

/** What is wrong with a path prefix, after its name; `undefined`: nothing. */
export function prefixMistake(prefix: unknown): string | undefined {
  if (typeof prefix !== 'string') return `has ${formatValue(prefix)} for a path. Write a text such as '/users/bob'.`;
  const url = /^[a-z][a-z\d+.-]*:\/\/[^/]*(?<path>\/[^?#]*)?/i.exec(prefix);
  if (url !== null) return `is a whole URL. Write the path alone: '${url.groups?.path ?? '/'}'.`;
  if (!prefix.startsWith('/')) return `does not begin with a slash. Write '/${prefix}'.`;
  if (/[?#]/.test(prefix)) return 'has a query string. Write the path alone: it covers all queries.';
  return undefined;
}

/** What is wrong with a tag, after its name; `undefined`: nothing. */
export function tagMistake(tag: unknown): string | undefined {
  if (typeof tag === 'string' && tag !== '') return undefined;
  return `has ${formatValue(tag)} for a tag. Write a text such as 'user:bob'.`;
}

/** What is wrong with a whole path, after its name: in it, nothing can be filled in. */
export function wholePathMistake(path: unknown): string | undefined {
  const mistake = prefixMistake(path);
  if (mistake !== undefined) return mistake;
  const name = (path as string).split('/').find(segment => /^:\w+$/.test(segment));
  return name === undefined
    ? undefined
    : `has ${name}, which only a decorator can fill. Write the value, encoded by encodeURIComponent.`;
}

/**
 * Paths or tags that code has given, as a list.
 *
 * @param call by which they were given, for messages
 * @throws CacheUsageError with what is wrong with each
 */
export function checkedTargets(
  call: string,
  given: string | readonly string[],
  mistakeOf: (target: unknown) => string | undefined,
): readonly string[] {
  // Whatever code without types gives: `null` is no list.
  const targets = Array.isArray(given) ? (given as readonly string[]) : [given as string];
  const mistakes = targets.flatMap(target => {
    const mistake = mistakeOf(target);
    return mistake === undefined ? [] : [`${call}(${formatValue(target)}) ${mistake}`];
  });
  if (mistakes.length > 0) throw new CacheUsageError('CACHE_USAGE_INVALID', mistakes);
  return targets;
}

/** A route that a prefix takes its parameters from. */
export interface NamedRoute {
  readonly text: string;
  readonly names: ReadonlySet<string>;
}

/** What is wrong with a prefix as it is written in a controller, where it stands for all values of its parameters. */
export function writtenPrefixMistake(prefix: unknown, routes: readonly NamedRoute[]): string | undefined {
  const mistake = prefixMistake(prefix);
  if (mistake !== undefined) return mistake;
  const written = prefix as string;
  if (/[*()[\]+\\]/.test(written)) return 'has a pattern. Write the path before it: a prefix covers all that lies under it.';
  for (const { text, names } of routes) {
    const unknown = parameterNames(written).find(name => !names.has(name));
    if (unknown === undefined) continue;
    const known = [...names].map(name => `:${name}`).join(', ');
    const remedy = known === '' ? 'That has no parameters: write a function that gives the path.' : `Its parameters: ${known}.`;
    return `names :${unknown}, but its route is ${text}. ${remedy}`;
  }
  return undefined;
}

/** The names of the parameters of a route as a controller and an action declare it. */
export function routeNames(base: string | undefined, route: string | RegExp | undefined): Set<string> {
  const own = route instanceof RegExp ? namedGroups(route) : parameterNames(route ?? '');
  return new Set([...parameterNames(base ?? ''), ...own]);
}

function namedGroups({ source }: RegExp): string[] {
  return Array.from(source.matchAll(/\(\?<([A-Za-z_]\w*)>/g), match => match[1] ?? '');
}
