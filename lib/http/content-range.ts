import { headerText } from './headers.js';
import type { HeaderChange } from './stored-response.js';

/**
 * `bytes 0-99/1234` for a part, or `bytes` with an asterisk in place of the positions if the range is unsatisfiable (RFC 9110
 * §14.4).
 */
const TOTAL = /^bytes (?:\d+-\d+|\*)\/(\d+)$/;

/**
 * True if a response contains a part of a representation (206), or if the requested range is unsatisfiable (416). With any other
 * status, `Content-Range` has no meaning (RFC 9110 §14.4).
 */
export function isPartial(status: number): boolean {
  return status === 206 || status === 416;
}

/** Returns the length of the complete representation in bytes. @returns `undefined` if `Content-Range` does not contain it */
export function totalLength(headers: readonly HeaderChange[]): number | undefined {
  const total = TOTAL.exec(headerText(headers, 'content-range') ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}
