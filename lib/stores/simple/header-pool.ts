import type { HeaderChange, StoredResponse } from '../../http/stored-response.js';
import { flatCopy, stringBytes } from './flat-string.js';

/** Measured: a head that has no headers, and for each header. Its text is there twice. */
const HEAD_BYTES = 500;
const HEADER_BYTES = 150;

const NO_BODY = Buffer.alloc(0);

/** A response without its body and without the value of its `ETag`: the same for most responses of an action. */
export interface PooledHeader {
  readonly text: string;
  /** With an empty body: an object of the final shape is copied fastest. */
  readonly response: StoredResponse;
  /** Where the `ETag` stands among the headers; -1: nowhere. */
  readonly etagAt: number;
  readonly bytes: number;
  refCount: number;
}

/** What a response has beside its body. */
export interface HeaderRef {
  readonly head: PooledHeader;
  readonly etag: string | undefined;
}

/** The heads of all responses in the store, each once. */
export class HeaderPool {
  private readonly heads = new Map<string, PooledHeader>();
  bytes = 0;

  /** Each use ends in `release`. */
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
    // Copied by way of a text, so that nothing of the request that made them is held.
    const headers = JSON.parse(JSON.stringify(response.headers)) as HeaderChange[];
    const head = { text, response: { ...response, headers, body: NO_BODY }, etagAt, bytes, refCount: 0 };
    this.heads.set(text, head);
    this.bytes += bytes;
    return head;
  }
}

/** The whole response again. */
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
