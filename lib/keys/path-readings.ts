import { canonicalise, canonicalSegment } from './canonical-path.js';
import { parameterReadings } from './parameter-text.js';

/** The maximum number of paths of one target. An invalidation of more paths would cost more than one of a shorter, wider path. */
const MAX_PATHS = 16;

/** The percent-encoded texts that a segment of a target may have in the canonical path of an entry. */
export type SegmentReadings = readonly string[];

/**
 * Returns the readings of one segment.
 *
 * @param segment a percent-encoded segment
 */
export function segmentReadings(segment: string): SegmentReadings {
  return parameterReadings(decodeURIComponent(canonicalSegment(segment))).map(text => encodeURIComponent(text));
}

/**
 * Returns the readings of each segment of a path.
 *
 * @param path a path in any spelling, or a part of a path that begins with a slash
 */
export function pathReadings(path: string): SegmentReadings[] {
  return canonicalise(path).split('/').slice(1).map(segmentReadings);
}

/**
 * Returns the paths that entries of a target may have. The target does not know to which types actions convert their parameters,
 * so each segment counts in all readings. If there are too many paths, returns the shorter paths that cover them.
 */
export function pathsOf(segments: readonly SegmentReadings[]): string[] {
  let paths = [''];
  for (const readings of segments) {
    if (paths.length * readings.length > MAX_PATHS) break;
    paths = paths.flatMap(path => readings.map(reading => `${path}/${reading}`));
  }
  return paths.map(path => (path === '' ? '/' : path));
}

/** Returns all concatenations of one text of each part. */
export function combined(parts: readonly (readonly string[])[]): string[] {
  return parts.reduce<string[]>((prefixes, part) => prefixes.flatMap(prefix => part.map(text => prefix + text)), ['']);
}
