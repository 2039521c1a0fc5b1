import { headerText } from '../http/headers.js';
import type { StoredResponse } from '../http/stored-response.js';
import { jsonDifferences } from './json-differences.js';

/** The places at which two responses of one action differ, without the values. */
export interface ResponseDifference {
  /** JSON pointers into the body. The empty pointer: the whole body. */
  readonly pointers: readonly string[];
  /** Names of headers in lower case, and `:status`. */
  readonly headers: readonly string[];
}

/** The part of a response that is compared. */
export type ComparedResponse = Pick<StoredResponse, 'status' | 'headers' | 'body'> & {
  /** True for the response to an error. Only its status counts: in development its body has the stack of the error. @default false */
  readonly isError?: boolean;
};

/** The maximum number of places in a report. */
const MAX_PLACES = 20;

/** Headers that depend on the time of the response, or on the headers of middlewares, and not on its data. */
const IGNORED_HEADERS = ['age', 'date', 'expires', 'vary'];

/** Compares two responses. @returns undefined if they are the same */
export function responseDifference(one: ComparedResponse, other: ComparedResponse): ResponseDifference | undefined {
  if (one.status !== other.status) return { pointers: [''], headers: [':status'] };
  if (one.isError === true || other.isError === true) return undefined;
  const hasSameBytes = one.body.equals(other.body);
  const pointers = hasSameBytes ? [] : bodyDifferences(one, other);
  // An ETag is a digest of the bytes, or a version of the same data.
  const ignored = hasSameBytes ? IGNORED_HEADERS : [...IGNORED_HEADERS, 'etag'];
  const headers = namesIn(one, other).filter(
    name => !ignored.includes(name) && headerText(one.headers, name) !== headerText(other.headers, name),
  );
  return pointers.length + headers.length === 0 ? undefined : { pointers, headers: headers.slice(0, MAX_PLACES) };
}

function bodyDifferences(one: ComparedResponse, other: ComparedResponse): string[] {
  const [some, others] = [jsonOf(one), jsonOf(other)];
  return some === undefined || others === undefined ? [''] : jsonDifferences(some.value, others.value, MAX_PLACES);
}

/** @returns undefined if the body is not JSON */
function jsonOf({ headers, body }: ComparedResponse): { readonly value: unknown } | undefined {
  if (!/[/+]json\b/i.test(headerText(headers, 'content-type') ?? '')) return undefined;
  try {
    return { value: JSON.parse(body.toString()) as unknown };
  } catch {
    return undefined;
  }
}

/** A removed header was set by a middleware, so it belongs to one request only. */
function namesIn(...responses: readonly ComparedResponse[]): string[] {
  const set = responses.flatMap(({ headers }) => headers.filter(({ kind }) => kind !== 'remove'));
  return [...new Set(set.map(({ name }) => name.toLowerCase()))];
}
