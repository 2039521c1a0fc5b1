import { fieldNames, hopByHopHeaders } from './headers.js';
import type { SentResponse } from './variant-recorder.js';
import { ageHeader } from './replay.js';
import type { StoredResponse } from './stored-response.js';

/** What of a request may select the bytes that go out, beside what is in the key. */
export interface VariantSelector {
  /** The `Host` that was asked: middlewares may answer with it. */
  readonly host: string;
  /** What the client accepts, in one spelling. */
  readonly acceptEncoding: string;
}

/** A response as it went out: with the headers of middlewares, and the bytes that they made of it. */
export interface Variant {
  readonly host: string;
  /** What the client accepted; `undefined`: the bytes are the same for all. */
  readonly acceptEncoding: string | undefined;
  readonly statusMessage: string;
  /** Names and values in turns, with the length of the body, without those that are of one connection or said anew each time. */
  readonly headers: readonly string[];
  /** Seconds of age that it had when it was stored; `undefined`: it does not tell its age. */
  readonly age: number | undefined;
  /** Few bytes are a text of one byte a character (Latin-1); `undefined`: the bytes are those of the response itself. */
  readonly body: string | Buffer | undefined;
}

/** Below this, bytes are a text: Node sends it in one piece with the head, which costs the system less than two. */
const LEAST_BUFFER = 4096;

/** Hosts and encodings of one entry. Anybody can write a `Host`: the oldest goes when there are more. */
const MAX_VARIANTS = 8;

/** What a response that went out leaves for others who ask the same. */
export interface VariantRules {
  /** Request headers, in lower case, that the key covers. */
  readonly keyedHeaders: ReadonlySet<string>;
  /** As this cache's own member of `Cache-Status` has it; `undefined`: it writes none. */
  readonly cacheName: string | undefined;
}

/**
 * @param response what the handler made, of which `sent` went out
 * @returns `undefined` where it must not answer others: a middleware set a cookie, said that it is not to be kept, answered otherwise,
 * or by what is not in the key
 */
export function createVariant(
  sent: SentResponse,
  question: VariantSelector,
  response: StoredResponse,
  rules: VariantRules,
): Variant | undefined {
  const { status, statusMessage, headers, body } = sent;
  if (status !== response.status || headers.has('set-cookie') || headers.has('trailer')) return undefined;
  const length = headers.get('content-length')?.value;
  if (length !== undefined && Number(length) !== body.length) return undefined;
  if (fieldNames(textOf(sent, 'cache-control')).some(isNotToBeKept)) return undefined;
  const vary = fieldNames(textOf(sent, 'vary'));
  if (vary.some(name => name !== 'accept-encoding' && (name === '*' || !rules.keyedHeaders.has(name)))) return undefined;

  const isEncoded = vary.includes('accept-encoding') || headers.has('content-encoding');
  return {
    host: question.host,
    acceptEncoding: isEncoded ? question.acceptEncoding : undefined,
    statusMessage,
    headers: replayableHeaders(sent, response, rules),
    age: ageHeader(response, 0),
    body: body.length < LEAST_BUFFER ? body.toString('latin1') : body.equals(response.body) ? undefined : body,
  };
}

/** The wire among these that answers the question. */
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

/** By a middleware's word: the handler's has been heard before. */
function isNotToBeKept(directive: string): boolean {
  return directive === 'no-store' || directive === 'private' || directive.startsWith('private=');
}

function replayableHeaders(sent: SentResponse, response: StoredResponse, { cacheName }: VariantRules): string[] {
  const isOfTheConnection = hopByHopHeaders(textOf(sent, 'connection'));
  const lasting: string[] = [];
  for (const [key, { name, value }] of sent.headers) {
    if (isOfTheConnection(key) || key === 'age') continue;
    for (const text of Array.isArray(value) ? value : [String(value)]) {
      if (key === 'cache-status' && cacheName !== undefined && text.startsWith(`${cacheName};`)) continue;
      lasting.push(name, text);
    }
  }
  // Where the head went out before the body was known, the recorded response has got one since.
  const etag = response.headers.find(header => header.name.toLowerCase() === 'etag');
  if (!sent.headers.has('etag') && etag?.kind === 'set') lasting.push('ETag', String(etag.value));
  if (sent.status !== 204) lasting.push('Content-Length', String(sent.body.length));
  return lasting;
}

function textOf({ headers }: SentResponse, key: string): string | undefined {
  const value = headers.get(key)?.value;
  return value === undefined ? undefined : String(value);
}
