import { canonicalise, canonicalSegments } from './canonical-path.js';
import { parameterText } from './parameter-text.js';
import { combined, pathReadings, pathsOf, segmentReadings, type SegmentReadings } from './path-readings.js';

/** Returns the value of a path parameter after the conversion by routing-controllers. */
export type ParameterValue = (name: string) => unknown;

/**
 * Returns the texts that canonical paths may contain for a path parameter. Returns an empty array if the parameter has no value.
 */
export type ParameterTexts = (name: string) => readonly string[];

const NAME = /:(\w+)/g;

/** Returns the names of the parameters in a prefix. */
export function parameterNames(prefix: string): string[] {
  return Array.from(prefix.matchAll(NAME), match => match[1] ?? '');
}

/** Fills the parameters of a prefix. @returns all readings of each segment, or `undefined` if a parameter has no value */
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
 * Returns the prefixes, in all readings, that cover a path from application code. A segment `*` may be a name or a wildcard, and
 * the prefix before the segment covers both.
 */
export function prefixesBeforeWildcard(path: string): string[] {
  const segments = canonicalise(path).split('/');
  const wildcard = segments.findIndex(segment => segment === '*' || segment === '**');
  return pathsOf(pathReadings(segments.slice(0, wildcard === -1 ? undefined : wildcard).join('/')));
}

interface Slot {
  readonly name: string;
  /** The separator before the value. If an optional value is missing, the path omits the separator too. */
  readonly lead: string;
  readonly optional: boolean;
}

/** `:name`, `:name(pattern)`, `:name?` and the wildcard `:name*` in the syntax of Express 4 (path-to-regexp 0.1). */
const SLOT = /(?<lead>\/?\.?):(?<name>\w+)(?:\((?:[^()]|\([^()]*\))*\))?(?<star>\*)?(?<optional>\?)?/g;

/**
 * Characters of pattern syntax, in Express 4 or in Express 5: there braces enclose an optional part. If a fixed part contains one,
 * parameter values cannot determine the path.
 */
const PATTERN_SYNTAX = /[*+?(){}[\]\\|^$]/;

export function hasPatternSyntax(text: string): boolean {
  return PATTERN_SYNTAX.test(text);
}

/** Returns true for text that a path cannot contain as it is: pattern syntax, or a colon that begins no parameter. */
function isNoFixedText(text: string): boolean {
  return text.includes(':') || hasPatternSyntax(text);
}

/** The parsed route of an action: fixed text and named parameters. */
export class PathTemplate {
  private constructor(private readonly parts: readonly (string | Slot)[]) {}

  /** Parses a route. @returns `undefined` if the route contains a wildcard or other pattern syntax */
  static parse(route: string): PathTemplate | undefined {
    const parts: (string | Slot)[] = [];
    let end = 0;
    for (const match of route.matchAll(SLOT)) {
      const fixed = route.slice(end, match.index);
      const { lead = '', name = '', star, optional } = match.groups ?? {};
      if (star !== undefined || isNoFixedText(fixed)) return undefined;
      parts.push(canonicalSegments(fixed), { name, lead, optional: optional !== undefined });
      end = match.index + match[0].length;
    }
    const rest = route.slice(end);
    if (isNoFixedText(rest)) return undefined;
    parts.push(canonicalise(rest));
    return new PathTemplate(parts);
  }

  /** Returns the canonical path. @returns `undefined` if a parameter has no value, or a value that a path cannot contain */
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

  /** Returns all readings of each segment of the path. @returns `undefined` if a parameter has no value */
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
