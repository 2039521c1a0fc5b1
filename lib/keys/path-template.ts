import { canonicalise, canonicalSegments } from './canonical-path.js';

/** What a parameter of a path can be once routing-controllers has converted it. */
type ParameterValue = (name: string) => unknown;

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
  private constructor(
    private readonly parts: readonly (string | Slot)[],
    /** The parameters' names, in order. */
    readonly names: readonly string[],
  ) {}

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
    const names = parts.filter(part => typeof part !== 'string').map(slot => slot.name);
    return new PathTemplate(parts, names);
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
}

/**
 * How a parameter is written in a path. Converted values have one spelling, so that `/users/007` is `/users/7` where the handler
 * gets the number 7; a date at midnight UTC is written without its time.
 */
function parameterText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString().replace(/T00:00:00\.000Z$/, '');
  return undefined;
}
