import { canonicalise, canonicalSegments } from './canonical-path.js';
import { parameterText } from './parameter-text.js';
import { combined, pathReadings, pathsOf, segmentReadings, type SegmentReadings } from './path-readings.js';

/** Gives the value of a path parameter, as routing-controllers has converted it. */
export type ParameterValue = (name: string) => unknown;

/** Gives the texts by which actions may know the value of a path parameter. Empty: it has none. */
export type ParameterTexts = (name: string) => readonly string[];

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

interface Slot {
  readonly name: string;
  /** What stands before the value, and goes with it when an optional value is missing. */
  readonly lead: string;
  readonly optional: boolean;
}

/** `:name`, `:name(pattern)`, `:name?` and the wildcard `:name*`, as Express 4 (path-to-regexp 0.1) reads them. */
const SLOT = /(?<lead>\/?\.?):(?<name>\w+)(?:\((?:[^()]|\([^()]*\))*\))?(?<star>\*)?(?<optional>\?)?/g;

/** Left over in a fixed part, these make the route a pattern that values alone cannot fill. */
const PATTERN_SYNTAX = /[*+?()[\]\\|^$:]/;

/** A route as a controller declares it: fixed text and named parameters. */
export class PathTemplate {
  private constructor(private readonly parts: readonly (string | Slot)[]) {}

  /** @returns `undefined` for a route that cannot be filled: it has wildcards or other pattern syntax. */
  static parse(route: string): PathTemplate | undefined {
    const parts: (string | Slot)[] = [];
    let end = 0;
    for (const match of route.matchAll(SLOT)) {
      const fixed = route.slice(end, match.index);
      const { lead = '', name = '', star, optional } = match.groups ?? {};
      if (star !== undefined || PATTERN_SYNTAX.test(fixed)) return undefined;
      parts.push(canonicalSegments(fixed), { name, lead, optional: optional !== undefined });
      end = match.index + match[0].length;
    }
    const rest = route.slice(end);
    if (PATTERN_SYNTAX.test(rest)) return undefined;
    parts.push(canonicalise(rest));
    return new PathTemplate(parts);
  }

  /** @returns the path in canonical form, or `undefined` when a parameter has no value that a path can carry. */
  fill(valueOf: ParameterValue): string | undefined {
    let path = '';
    for (const part of this.parts) {
      if (typeof part === 'string') {
        path += part;
        continue;
      }
      const value = valueOf(part.name);
      if (value === undefined && part.optional) continue;
      const text = parameterText(value);
      if (text === undefined) return undefined;
      path += part.lead + encodeURIComponent(text.toWellFormed());
    }
    return path;
  }

  /** @returns each segment of the path in all readings, or `undefined` when a parameter has no value */
  readings(textsOf: ParameterTexts): SegmentReadings[] | undefined {
    const segments: (readonly string[])[][] = [[]];
    for (const part of this.parts) {
      const [first = '', ...others] = (typeof part === 'string' ? part : part.lead).split('/');
      segments.at(-1)?.push([first]);
      const texts = typeof part === 'string' ? [] : textsOf(part.name);
      if (typeof part !== 'string' && texts.length === 0) {
        if (part.optional) continue;
        return undefined;
      }
      segments.push(...others.map(text => [[text]]));
      if (typeof part !== 'string') segments.at(-1)?.push(texts.map(text => encodeURIComponent(text.toWellFormed())));
    }
    return segments.slice(1).map(parts => [...new Set(combined(parts).flatMap(segmentReadings))]);
  }
}
