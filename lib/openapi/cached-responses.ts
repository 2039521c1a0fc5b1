import { isObject, mapValues, type OpenApiObject } from './document.js';
import type { HeaderObjects } from './caching-headers.js';

const NOT_MODIFIED = '304';

/** The caching of the responses of an action. */
export interface DescribedResponses {
  /** The statuses that may be stored. */
  readonly statuses: readonly number[];
  readonly headers: HeaderObjects;
}

/**
 * Adds the caching headers to the responses of an operation that may be stored, and the response 304 if one of them may become it: a
 * response of success (RFC 9110 §13.2.2). The author's headers, and the author's text of the 304, stay as they are.
 *
 * @param dereference returns a response, also one behind a reference
 */
export function withCaching(
  responses: OpenApiObject,
  { statuses, headers }: DescribedResponses,
  dereference: (response: unknown) => OpenApiObject | undefined,
): OpenApiObject {
  const isStored = (status: string): boolean => statuses.some(stored => matches(status, stored));
  const described = mapValues(responses, (response, status) => {
    const whole = isStored(status) ? dereference(response) : undefined;
    return whole === undefined ? response : withHeaders(whole, headers);
  });
  const isConditional = Object.keys(responses).some(status => status.startsWith('2') && isStored(status));
  if (!isConditional) return described;
  const own = NOT_MODIFIED in responses ? responses[NOT_MODIFIED] : { description: 'The client has the response already.' };
  const whole = dereference(own);
  return { ...described, [NOT_MODIFIED]: whole === undefined ? own : withHeaders(whole, headers) };
}

/** Compares a status with a key of `responses`: a status, or a range such as `2XX`. */
function matches(key: string, status: number): boolean {
  return key === String(status) || key.toUpperCase() === `${String(status).charAt(0)}XX`;
}

/** Adds the headers that a response lacks. Names of headers are case-insensitive (RFC 9110 §5.1). */
function withHeaders(response: OpenApiObject, added: HeaderObjects): OpenApiObject {
  const own = isObject(response.headers) ? response.headers : {};
  const names = new Set(Object.keys(own).map(name => name.toLowerCase()));
  const missing = Object.entries(added).filter(([name, header]) => header !== undefined && !names.has(name.toLowerCase()));
  return { ...response, headers: { ...own, ...Object.fromEntries(missing) } };
}
