import { canonicalise } from './canonical-path.js';
import type { ParameterTexts } from './parameter-text.js';
import { combined, pathReadings, pathsOf, segmentReadings, type SegmentReadings } from './path-readings.js';

const NAME = /:(\w+)/g;

/** The names of the parameters that a prefix is filled from. */
export function parameterNames(prefix: string): string[] {
  return Array.from(prefix.matchAll(NAME), match => match[1] ?? '');
}

/** @returns each segment of the prefix with its parameters filled in, in all readings; `undefined` when a parameter has no value */
export function fillPrefix(prefix: string, textsOf: ParameterTexts): SegmentReadings[] | undefined {
  if (parameterNames(prefix).some(name => textsOf(name).length === 0)) return undefined;
  const segments = (prefix.endsWith('/') ? prefix.slice(0, -1) : prefix).split('/').slice(1);
  return segments.map(segment => {
    const filled = combined(segment.split(NAME).map((part, index) => (index % 2 === 0 ? [part] : textsOf(part).map(encoded))));
    return [...new Set(filled.flatMap(segmentReadings))];
  });
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/**
 * The prefixes that cover a path given by code, in all readings. A segment `*` may be somebody's name, or may mean all there is: the
 * prefix before it covers both.
 */
export function prefixesBeforeWildcard(path: string): string[] {
  const segments = canonicalise(path).split('/');
  const wildcard = segments.findIndex(segment => segment === '*' || segment === '**');
  return pathsOf(pathReadings(segments.slice(0, wildcard === -1 ? undefined : wildcard).join('/')));
}
