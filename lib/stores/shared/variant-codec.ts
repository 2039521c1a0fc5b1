import type { Variant } from '../../http/variant.js';
import { fitsBody, isHeader, isStatusMessage } from './valid-metadata.js';

/** A variant without its bytes, as part of the metadata of an entry. */
export type VariantMetadata = Omit<Variant, 'body'> & {
  /** `null` if the bytes are equal to the body of the response. */
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

/** Returns the number of bytes of the variants that have their own body. */
export function variantBytes(metadata: readonly VariantMetadata[] = []): number {
  return metadata.reduce((sum, { bodyBytes }) => sum + (bodyBytes ?? 0), 0);
}

/** @param bytes the bodies of all variants, in their order */
export function variantsIn(metadata: readonly VariantMetadata[], bytes: Buffer): Variant[] {
  let start = 0;
  return metadata.map(({ bodyBytes, isText, host, acceptEncoding, statusMessage, headers, age }) => {
    const body = bodyBytes === null ? undefined : bytes.subarray(start, (start += bodyBytes));
    return { host, acceptEncoding, statusMessage, headers, age, body: isText ? body?.toString('latin1') : body };
  });
}

/** @param responseBytes the length of the body of the response */
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

/** Returns true if the list alternates header names and values, as Node sends them. */
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
