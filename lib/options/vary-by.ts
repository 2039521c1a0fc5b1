import type { IncomingMessage } from 'node:http';
import type { Action } from './action.js';
import { isFunction } from './validate.js';

/** A further part of the key, of which the request headers are named that it is made of. */
export interface VaryByHeaders {
  /** Their names, in any case. A response's `Vary` names them, and a response whose own `Vary` names them can be stored. */
  readonly headers: readonly string[];
  /** Makes the part of the key, of these headers. Default: their values. */
  readonly key?: ((action: Action) => string) | undefined;
}

/** A further part of the key: what a function gives, or what some request headers come to. */
export type VaryBy = ((action: Action) => string) | VaryByHeaders;

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export function isVaryBy(value: unknown): boolean {
  if (isFunction(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { headers, key, ...others } = value as Record<string, unknown>;
  return isNames(headers) && (key === undefined || isFunction(key)) && Object.keys(others).length === 0;
}

/** The part of the key. It may be no text where the author's function gives none. */
export function variedBy(varyBy: VaryBy, action: Action): unknown {
  if (typeof varyBy === 'function') return varyBy(action);
  if (varyBy.key !== undefined) return varyBy.key(action);
  const { headers } = action.request as IncomingMessage;
  return JSON.stringify(varyBy.headers.map(name => headers[name.toLowerCase()] ?? null));
}

/** The request headers that are named as what the key is made of. */
export function headersOfVaryBy(varyBy: VaryBy | undefined): readonly string[] {
  return varyBy === undefined || typeof varyBy === 'function' ? [] : varyBy.headers;
}

/** Whether it is the author's word for everything that the action reads: a function may be made of anything. */
export function isForEverything(varyBy: VaryBy | undefined): boolean {
  return typeof varyBy === 'function' || varyBy?.key !== undefined;
}

/** The headers by which callers show who they are. */
const CREDENTIALS = ['authorization', 'cookie'];

/** Whether it may tell callers apart by what no `Vary` names, so that no cache on the way may share a response. */
export function mayTellCallers(varyBy: VaryBy | undefined): boolean {
  return isForEverything(varyBy) || headersOfVaryBy(varyBy).some(name => CREDENTIALS.includes(name.toLowerCase()));
}

function isNames(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every(name => typeof name === 'string' && name !== '*' && TOKEN.test(name))
  );
}
