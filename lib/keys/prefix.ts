import { canonicalise } from './canonical-path.js';
import { parameterText, type ParameterValue } from './parameter-text.js';

const NAME = /:(\w+)/g;

/** The names of the parameters that a prefix is filled from. */
export function namesIn(prefix: string): string[] {
  return Array.from(prefix.matchAll(NAME), match => match[1] ?? '');
}

/** @returns the prefix with its parameters filled in, in canonical form; `undefined` when one has no value */
export function fillPrefix(prefix: string, valueOf: ParameterValue): string | undefined {
  const texts = new Map(namesIn(prefix).map(name => [name, parameterText(valueOf(name))]));
  if ([...texts.values()].includes(undefined)) return undefined;
  return canonicalise(prefix.replace(NAME, (_match, name: string) => encodeURIComponent((texts.get(name) ?? '').toWellFormed())));
}

/**
 * The prefix that covers a path given by code. A segment `*` may be somebody's name, or may mean all there is: the prefix before it
 * covers both.
 */
export function coveringPrefix(path: string): string {
  const canonical = canonicalise(path);
  const wildcard = canonical.split('/').findIndex(segment => segment === '*' || segment === '**');
  return wildcard === -1 ? canonical : canonical.split('/').slice(0, wildcard).join('/');
}
