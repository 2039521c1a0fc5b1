import type { Variant } from '../../http/variant.js';
import { fitsBody, isHeader, isStatusMessage } from './valid-metadata.js';

/** A wire without its bytes, as it stands in the head of an entry. */
export type VariantMetadata = Omit<Variant, 'body'> & {
  /** `null`: the bytes are those of the response. */
  readonly bodyBytes: number | null;
  readonly isText: boolean;
};

export function variantMetadata({ body, ...head }: Variant): VariantMetadata {
  return { ...head, bodyBytes: body?.length ?? null, isText: typeof body === 'string' };
}

export function bytesOf({ body }: Variant): Buffer[] {
  if (body === undefined) return [];
  return [typeof body === 'string' ? Buffer.from(body, 'latin1') : body];
}

/** The bytes that wires have beside the response's. */
export function variantBytes(heads: readonly VariantMetadata[] = []): number {
  return heads.reduce((sum, { bodyBytes }) => sum + (bodyBytes ?? 0), 0);
}

/** @param bytes those of all, one after another */
export function variantsIn(heads: readonly VariantMetadata[], bytes: Buffer): Variant[] {
  let start = 0;
  return heads.map(({ bodyBytes, isText, host, acceptEncoding, statusMessage, headers, age }) => {
    const body = bodyBytes === null ? undefined : bytes.subarray(start, (start += bodyBytes));
    return { host, acceptEncoding, statusMessage, headers, age, body: isText ? body?.toString('latin1') : body };
  });
}

/** @param responseBytes the length of the response's own body */
export function isVariantMetadata(value: unknown, status: number, responseBytes: number): value is VariantMetadata {
  if (typeof value !== 'object' || value === null) return false;
  const { host, acceptEncoding, statusMessage, headers, age, isText, bodyBytes } = value as Partial<
    Record<keyof VariantMetadata, unknown>
  >;
  return (
    typeof host === 'string' &&
    (acceptEncoding === undefined || typeof acceptEncoding === 'string') &&
    isStatusMessage(statusMessage) &&
    (bodyBytes === null || isCount(bodyBytes)) &&
    areHeaders(headers, status, bodyBytes ?? responseBytes) &&
    (age === undefined || (typeof age === 'number' && age >= 0)) &&
    typeof isText === 'boolean'
  );
}

/** True for names and values in turns, as Node sends them. */
function areHeaders(headers: unknown, status: number, bodyBytes: number): boolean {
  if (!Array.isArray(headers) || headers.length % 2 !== 0 || !headers.every(text => typeof text === 'string')) return false;
  return headers.every((name, index) => {
    if (index % 2 !== 0) return true;
    const text = headers[index + 1] ?? '';
    return isHeader(name, text) && fitsBody(status, name, text, bodyBytes);
  });
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}
