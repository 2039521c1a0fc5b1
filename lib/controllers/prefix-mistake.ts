import { shown } from '../config/must-be.js';

/** A route that a prefix takes its parameters from. */
export interface NamedRoute {
  readonly text: string;
  readonly names: ReadonlySet<string>;
}

/** The names of the parameters of a route as a controller and an action declare it. */
export function routeNames(base: string | undefined, route: string | RegExp | undefined): Set<string> {
  const names = namesIn(base ?? '');
  const own = route instanceof RegExp ? namedGroups(route) : namesIn(route ?? '');
  return new Set([...names, ...own]);
}

export function namesIn(path: string): string[] {
  return Array.from(path.matchAll(/:(\w+)/g), match => match[1] ?? '');
}

function namedGroups({ source }: RegExp): string[] {
  return Array.from(source.matchAll(/\(\?<([A-Za-z_]\w*)>/g), match => match[1] ?? '');
}

/** What is wrong with a prefix of `@InvalidatesCache`, after its name; `undefined`: nothing. */
export function prefixMistake(prefix: unknown, routes: readonly NamedRoute[]): string | undefined {
  if (typeof prefix !== 'string') return `has ${shown(prefix)} for a path. Write a text such as '/users/:username'.`;
  if (!prefix.startsWith('/')) return `does not begin with a slash. Write '/${prefix}'.`;
  if (prefix.includes('?') || prefix.includes('#')) {
    return `has a query string. Write the path alone: it covers all queries.`;
  }
  if (/[*()[\]+\\]/.test(prefix)) return `has a pattern. Write the path before it: a prefix covers all that lies under it.`;
  for (const { text, names } of routes) {
    const unknown = namesIn(prefix).find(name => !names.has(name));
    if (unknown === undefined) continue;
    const known = [...names].map(name => `:${name}`).join(', ');
    return `names :${unknown}, but its route is ${text}. ${known === '' ? 'That has no parameters: write a function that gives the path.' : `Its parameters: ${known}.`}`;
  }
  return undefined;
}
