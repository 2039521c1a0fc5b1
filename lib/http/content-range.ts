import { headerText } from './headers.js';
import type { HeaderChange } from './stored-response.js';

/** RFC 9110 §14.4: `bytes 0-99/1234` of a part; an asterisk in place of its bytes if there is no such part. */
const TOTAL = /^bytes (?:\d+-\d+|\*)\/(\d+)$/;

/** Whether a response is a part of another, or says that there is no such part. With another status, `Content-Range` means nothing (RFC 9110 §14.4). */
export function isPartial(status: number): boolean {
  return status === 206 || status === 416;
}

/** The bytes of the response that a partial one is a part of. @returns `undefined` if it does not say so */
export function totalLength(headers: readonly HeaderChange[]): number | undefined {
  const total = TOTAL.exec(headerText(headers, 'content-range') ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}
