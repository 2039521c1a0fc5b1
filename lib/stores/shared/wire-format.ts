import type { Wire } from '../../http/wire.js';

/** A wire without its bytes, as it stands in the head of an entry. */
export type WireHead = Omit<Wire, 'body'> & {
  /** `null`: the bytes are those of the response. */
  readonly bodyBytes: number | null;
  readonly isText: boolean;
};

export function wireHeadOf({ body, ...head }: Wire): WireHead {
  return { ...head, bodyBytes: body?.length ?? null, isText: typeof body === 'string' };
}

export function bytesOf({ body }: Wire): Buffer[] {
  if (body === undefined) return [];
  return [typeof body === 'string' ? Buffer.from(body, 'latin1') : body];
}

/** The bytes that wires have beside the response's. */
export function wireBytes(heads: readonly WireHead[] = []): number {
  return heads.reduce((sum, { bodyBytes }) => sum + (bodyBytes ?? 0), 0);
}

/** @param bytes those of all, one after another */
export function wiresIn(heads: readonly WireHead[], bytes: Buffer): Wire[] {
  let start = 0;
  return heads.map(({ bodyBytes, isText, host, acceptEncoding, statusMessage, headers, age }) => {
    const body = bodyBytes === null ? undefined : bytes.subarray(start, (start += bodyBytes));
    return { host, acceptEncoding, statusMessage, headers, age, body: isText ? body?.toString('latin1') : body };
  });
}

export function isWireHead(value: unknown): value is WireHead {
  if (typeof value !== 'object' || value === null) return false;
  const head = value as Partial<Record<keyof WireHead, unknown>>;
  return (
    typeof head.host === 'string' &&
    (head.acceptEncoding === undefined || typeof head.acceptEncoding === 'string') &&
    typeof head.statusMessage === 'string' &&
    Array.isArray(head.headers) &&
    head.headers.length % 2 === 0 &&
    head.headers.every(text => typeof text === 'string') &&
    (head.age === undefined || typeof head.age === 'number') &&
    typeof head.isText === 'boolean' &&
    (head.bodyBytes === null || (Number.isInteger(head.bodyBytes) && Number(head.bodyBytes) >= 0))
  );
}
