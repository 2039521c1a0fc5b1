import { canonicalise, canonicalSegment } from './canonical-path.js';
import { parameterReadings } from './parameter-text.js';

/** Paths that one target stands for. More would cost more than a wider one. */
const MAX_PATHS = 16;

/** The texts that a segment of a target may have in the canonical path of an entry, each percent-encoded. */
export type SegmentReadings = readonly string[];

/** @param segment percent-encoded */
export function segmentReadings(segment: string): SegmentReadings {
  return parameterReadings(decodeURIComponent(canonicalSegment(segment))).map(text => encodeURIComponent(text));
}

/** @param path any spelling of a path, or of the part of one that begins with a slash */
export function pathReadings(path: string): SegmentReadings[] {
  return canonicalise(path).split('/').slice(1).map(segmentReadings);
}

/**
 * The paths under which entries may be that a target means, which knows of no action how it converts the parameters of its path. Where
 * they would be too many, they are the shorter paths that cover them.
 */
export function pathsOf(segments: readonly SegmentReadings[]): string[] {
  let paths = [''];
  for (const readings of segments) {
    if (paths.length * readings.length > MAX_PATHS) break;
    paths = paths.flatMap(path => readings.map(reading => `${path}/${reading}`));
  }
  return paths.map(path => (path === '' ? '/' : path));
}

/** All texts that parts make up, where each part has several. */
export function combined(parts: readonly (readonly string[])[]): string[] {
  return parts.reduce<string[]>((texts, part) => texts.flatMap(text => part.map(more => text + more)), ['']);
}
