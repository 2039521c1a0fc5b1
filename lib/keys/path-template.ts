import { canonicalise, canonicalSegments } from './canonical-path.js';
import { parameterText, type ParameterTexts, type ParameterValue } from './parameter-text.js';
import { combined, segmentReadings, type SegmentReadings } from './path-readings.js';

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
