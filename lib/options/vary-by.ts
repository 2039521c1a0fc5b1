import type { IncomingMessage } from 'node:http';
import type { Action } from './action.js';
import { isFunction } from './validate.js';

/** A further part of the key, with the names of the request headers that it depends on. */
export interface VaryByHeaders {
  /**
   * Header names, in upper or lower case. The cache adds them to `Vary`, and may store a response that names them in its own
   * `Vary`.
   */
  readonly headers: readonly string[];
  /**
   * Returns the part of the key from these headers.
   *
   * @default the values of these headers
   */
  readonly key?: ((action: Action) => string) | undefined;
}

/** A further part of the key: a function that returns it, or the request headers that it depends on. */
export type VaryBy = ((action: Action) => string) | VaryByHeaders;

/** The characters of a header name: a `token` (RFC 9110 §5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export function isVaryBy(value: unknown): boolean {
  if (isFunction(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { headers, key, ...others } = value as Record<string, unknown>;
  return isNames(headers) && (key === undefined || isFunction(key)) && Object.keys(others).length === 0;
}

/** Returns the part of the key. It may be no text, because the type of the author's function is unchecked. */
export function variedBy(varyBy: VaryBy, action: Action): unknown {
  if (typeof varyBy === 'function') return varyBy(action);
  if (varyBy.key !== undefined) return varyBy.key(action);
  const { headers } = action.request as IncomingMessage;
  return JSON.stringify(varyBy.headers.map(name => headers[name.toLowerCase()] ?? null));
}

/** Returns the request headers that `varyBy` names. */
export function headersOfVaryBy(varyBy: VaryBy | undefined): readonly string[] {
  return varyBy === undefined || typeof varyBy === 'function' ? [] : varyBy.headers;
}

/** True if `varyBy` has a function: it may read every input of the action, and the author answers for all of them. */
export function isForEverything(varyBy: VaryBy | undefined): boolean {
  return typeof varyBy === 'function' || varyBy?.key !== undefined;
}

/** Headers that identify the caller. */
const CREDENTIALS = ['authorization', 'cookie'];

/** True if the key may depend on the caller without a `Vary` for it. A shared cache downstream must not store such a response. */
export function mayTellCallers(varyBy: VaryBy | undefined): boolean {
  return isForEverything(varyBy) || headersOfVaryBy(varyBy).some(name => CREDENTIALS.includes(name.toLowerCase()));
}

function isNames(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every(name => typeof name === 'string' && name !== '*' && TOKEN.test(name))
  );
}
