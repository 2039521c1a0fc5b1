import { fieldNames, hopByHopHeaders } from './headers.js';
import type { SentResponse } from './variant-recorder.js';
import { ageHeader } from './replay.js';
import type { StoredResponse } from './stored-response.js';

/** The properties of a request that may select the sent bytes, in addition to the key. */
export interface VariantSelector {
  /** The `Host` of the request, because middlewares may use it in a response. */
  readonly host: string;
  /** The normalised `Accept-Encoding` of the request. */
  readonly acceptEncoding: string;
}

/** A response as the process sent it: with the headers of middlewares and their content encoding. */
export interface Variant {
  readonly host: string;
  /** The `Accept-Encoding` that selects this variant; `undefined`: the bytes do not depend on it. */
  readonly acceptEncoding: string | undefined;
  readonly statusMessage: string;
  /**
   * Alternating names and values, including `Content-Length`, without hop-by-hop headers, `Age` and this cache's `Cache-Status`.
   */
  readonly headers: readonly string[];
  /** The age in seconds when the variant was stored; `undefined`: the variant has no `Age`. */
  readonly age: number | undefined;
  /** A small body as a Latin-1 string, one character per byte; `undefined`: the body is that of the stored response. */
  readonly body: string | Buffer | undefined;
}

/** A smaller body is stored as a string: Node sends a string together with the head in one write instead of two. */
const MIN_BUFFER_BYTES = 4096;

/** The maximum number of variants per entry. Clients can send any `Host`, so a further variant evicts the oldest. */
const MAX_VARIANTS = 8;

/** The rules by which a sent response becomes a variant for later requests. */
export interface VariantRules {
  /** Names in lower case of the request headers in the key. */
  readonly keyedHeaders: ReadonlySet<string>;
  /** The cache name in this cache's own member of `Cache-Status`; `undefined`: the cache writes none. */
  readonly cacheName: string | undefined;
}

/**
 * Creates a variant from a sent response.
 *
 * @param response the handler's response that led to `sent`
 * @returns undefined if `sent` must not answer other requests: a middleware set a cookie, forbade storing, changed the status,
 * added a `Vary` that names a header outside the key, or announced trailers
 */
export function createVariant(
  sent: SentResponse,
  selector: VariantSelector,
  response: StoredResponse,
  rules: VariantRules,
): Variant | undefined {
  const { status, statusMessage, headers, body } = sent;
  if (status !== response.status || headers.has('set-cookie') || headers.has('trailer')) return undefined;
  const length = headers.get('content-length')?.value;
  if (length !== undefined && Number(length) !== body.length) return undefined;
  if (fieldNames(textOf(sent, 'cache-control')).some(forbidsStoring)) return undefined;
  const vary = fieldNames(textOf(sent, 'vary'));
  if (vary.some(name => name !== 'accept-encoding' && (name === '*' || !rules.keyedHeaders.has(name)))) return undefined;

  const isEncoded = vary.includes('accept-encoding') || headers.has('content-encoding');
  return {
    host: selector.host,
    acceptEncoding: isEncoded ? selector.acceptEncoding : undefined,
    statusMessage,
    headers: replayableHeaders(sent, response, rules),
    age: ageHeader(response, 0),
    body: body.length < MIN_BUFFER_BYTES ? body.toString('latin1') : body.equals(response.body) ? undefined : body,
  };
}

/** Selects the variant for a request. @returns undefined if no variant matches */
export function selectVariant(
  variants: readonly Variant[] | undefined,
  { host, acceptEncoding }: VariantSelector,
): Variant | undefined {
  if (variants === undefined) return undefined;
  for (const variant of variants) {
    if (variant.host === host && (variant.acceptEncoding === undefined || variant.acceptEncoding === acceptEncoding))
      return variant;
  }
  return undefined;
}

export function withVariant(variants: readonly Variant[] = [], variant: Variant): readonly Variant[] {
  return [...variants, variant].slice(-MAX_VARIANTS);
}

/** True for directives by which a middleware forbids storing. The handler's own directives were checked before. */
function forbidsStoring(directive: string): boolean {
  return directive === 'no-store' || directive === 'private' || directive.startsWith('private=');
}

function replayableHeaders(sent: SentResponse, response: StoredResponse, { cacheName }: VariantRules): string[] {
  const isHopByHop = hopByHopHeaders(textOf(sent, 'connection'));
  const replayable: string[] = [];
  for (const [key, { name, value }] of sent.headers) {
    if (isHopByHop(key) || key === 'age') continue;
    for (const text of Array.isArray(value) ? value : [String(value)]) {
      if (key === 'cache-status' && cacheName !== undefined && text.startsWith(`${cacheName};`)) continue;
      replayable.push(name, text);
    }
  }
  // If the head was sent before the body was complete, the stored response has received its ETag only afterwards.
  const etag = response.headers.find(header => header.name.toLowerCase() === 'etag');
  if (!sent.headers.has('etag') && etag?.kind === 'set') replayable.push('ETag', String(etag.value));
  if (sent.status !== 204) replayable.push('Content-Length', String(sent.body.length));
  return replayable;
}

function textOf({ headers }: SentResponse, key: string): string | undefined {
  const value = headers.get(key)?.value;
  return value === undefined ? undefined : String(value);
}
