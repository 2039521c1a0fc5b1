import { validateHeaderName, validateHeaderValue } from 'node:http';

/** Statuses whose responses have no body, whatever `Content-Length` says (RFC 9110 §6.4.1). */
const WITHOUT_BODY = [204, 304];

/** True if Node's `writeHead` accepts it, and if it is final: after an interim status (RFC 9110 §15.2) a client waits for another. */
export function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 999;
}

/** True if Node sends the text after the status. */
export function isStatusMessage(value: unknown): value is string {
  return typeof value === 'string' && isHeader('status', value);
}

/** True if Node sends the header: one that Node refuses would fail with each hit. */
export function isHeader(name: string, values: string | readonly string[]): boolean {
  try {
    validateHeaderName(name);
    for (const value of [values].flat()) validateHeaderValue(name, value);
    return true;
  } catch {
    // No action can send it, so this library has not stored it.
    return false;
  }
}

/**
 * False for a `Content-Length` other than that of the body, and for `Transfer-Encoding`, which is of one connection: a client would wait
 * for bytes that never come.
 */
export function fitsBody(status: number, name: string, values: string | readonly string[], bodyBytes: number): boolean {
  const field = name.toLowerCase();
  if (field === 'transfer-encoding') return false;
  if (field !== 'content-length' || WITHOUT_BODY.includes(status)) return true;
  return [values].flat().every(value => value === String(bodyBytes));
}
