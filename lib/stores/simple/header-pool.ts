import type { HeaderChange, StoredResponse } from '../../http/stored-response.js';
import { flatCopy, stringBytes } from './flat-string.js';

/** Measured bytes of a head without headers, and of each header. The text of a head is stored twice. */
const HEAD_BYTES = 500;
const HEADER_BYTES = 150;

const NO_BODY = Buffer.alloc(0);

/** A response without its body and without the value of its `ETag`. Most responses of an action share one. */
export interface PooledHeader {
  readonly text: string;
  /** The response with an empty body, because V8 copies an object of the final shape fastest. */
  readonly response: StoredResponse;
  /** The index of the `ETag` among the headers, or -1 if the response has none. */
  readonly etagAt: number;
  readonly bytes: number;
  refCount: number;
}

/** A reference to a pooled head, with the response's own `ETag`. */
export interface HeaderRef {
  readonly head: PooledHeader;
  readonly etag: string | undefined;
}

/** The pool of heads. Responses with equal heads share one object. */
export class HeaderPool {
  private readonly heads = new Map<string, PooledHeader>();
  bytes = 0;

  /** Returns the pooled head of the response. Each call of `acquire` needs one call of `release`. */
  acquire(response: StoredResponse): HeaderRef {
    const etagAt = response.headers.findIndex(isEtag);
    const etag = etagAt === -1 ? undefined : (response.headers[etagAt] as EtagHeader).value;
    const headers = etagAt === -1 ? response.headers : response.headers.with(etagAt, withValue(response.headers, etagAt, ''));
    const head = this.headOf({ ...response, headers }, etagAt);
    head.refCount++;
    return { head, etag: etag === undefined ? undefined : flatCopy(etag) };
  }

  release(head: PooledHeader): void {
    if (--head.refCount > 0) return;
    this.heads.delete(head.text);
    this.bytes -= head.bytes;
  }

  private headOf(response: StoredResponse, etagAt: number): PooledHeader {
    const text = JSON.stringify({ ...response, body: undefined });
    const known = this.heads.get(text);
    if (known !== undefined) return known;
    const bytes = HEAD_BYTES + HEADER_BYTES * response.headers.length + 2 * stringBytes(text);
    // The round trip through JSON makes copies that retain nothing of the request.
    const headers = JSON.parse(JSON.stringify(response.headers)) as HeaderChange[];
    const head = { text, response: { ...response, headers, body: NO_BODY }, etagAt, bytes, refCount: 0 };
    this.heads.set(text, head);
    this.bytes += bytes;
    return head;
  }
}

/** Rebuilds the complete response. */
export function responseOf({ response, etagAt }: PooledHeader, etag: string | undefined, body: Buffer): StoredResponse {
  if (etag === undefined) return { ...response, body };
  return { ...response, headers: response.headers.with(etagAt, withValue(response.headers, etagAt, etag)), body };
}

type EtagHeader = HeaderChange & { readonly kind: 'set'; readonly value: string };

function isEtag(header: HeaderChange): header is EtagHeader {
  return header.kind === 'set' && typeof header.value === 'string' && header.name.toLowerCase() === 'etag';
}

function withValue(headers: readonly HeaderChange[], at: number, value: string): HeaderChange {
  return { ...(headers[at] as EtagHeader), value };
}
