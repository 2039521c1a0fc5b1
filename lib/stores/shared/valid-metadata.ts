import { validateHeaderName, validateHeaderValue } from 'node:http';

/** Statuses whose responses have no body, even if they have a `Content-Length` (RFC 9110 §6.4.1). */
const WITHOUT_BODY = [204, 304];

/** Returns true if Node's `writeHead` accepts the status and it is final. After an interim status (RFC 9110 §15.2), a client waits. */
export function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 999;
}

/** Returns true if Node accepts the text after the status. */
export function isStatusMessage(value: unknown): value is string {
  return typeof value === 'string' && isHeader('status', value);
}

/** Returns true if Node accepts the header. A header that Node refuses would fail at each hit. */
export function isHeader(name: string, values: string | readonly string[]): boolean {
  try {
    validateHeaderName(name);
    for (const value of [values].flat()) validateHeaderValue(name, value);
    return true;
  } catch {
    // No action can send such a header, so this library has not stored it.
    return false;
  }
}

/**
 * Returns false for a `Content-Length` that differs from the length of the body, and for `Transfer-Encoding`, which applies to one
 * connection: a client would wait for missing bytes.
 */
export function fitsBody(status: number, name: string, values: string | readonly string[], bodyBytes: number): boolean {
  const field = name.toLowerCase();
  if (field === 'transfer-encoding') return false;
  if (field !== 'content-length' || WITHOUT_BODY.includes(status)) return true;
  return [values].flat().every(value => value === String(bodyBytes));
}
