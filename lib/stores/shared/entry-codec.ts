import { createHash, randomBytes } from 'node:crypto';
import type { HeaderChange } from '../../http/stored-response.js';
import type { Address, Entry } from '../store.js';
import { fitsBody, isHeader, isStatus, isStatusMessage } from './valid-metadata.js';
import { bytesOf, isVariantMetadata, variantBytes, variantMetadata, variantsIn, type VariantMetadata } from './variant-codec.js';

/** An entry in a shared store, with the address and the stamps that decide whether the entry is valid. */
export interface StoredEntry {
  readonly key: string;
  readonly path: string;
  /** The stamps of the generations over the address that the fill has seen, in the order of the keys. */
  readonly generationStamps: readonly string[];
  /** The stamps of the entry's own tags, in the order of the tags. */
  readonly tagStamps: readonly string[];
  readonly entry: Entry;
}

/** The last byte is the version of the format. An entry of another version is a miss. */
const MAGIC = Buffer.from([0x72, 0x63, 0x63, 0x02]);
/** The length of the magic number and a digest of the rest. They identify an entry, and a damaged entry does not match its digest. */
export const IDENTITY_BYTES = MAGIC.length + 12;
const PREAMBLE_BYTES = IDENTITY_BYTES + 4;
/** The first bytes of a mark, as text. */
const MARK = 'rcco';

/** Returns the first bytes of a value, which identify an entry, as text. @returns undefined if there is no value */
export function startOf(value: Buffer | undefined): string | undefined {
  return value?.toString('latin1', 0, IDENTITY_BYTES);
}

/** Returns a mark. It replaces an entry so that the store refuses fills that began earlier. A look-up treats a mark as a miss. */
export function newMark(): Buffer {
  return Buffer.concat([Buffer.from(MARK), randomBytes(IDENTITY_BYTES - MARK.length)]);
}

export function isMark(start: string | undefined): boolean {
  return start?.startsWith(MARK) === true;
}

interface EntryMetadata {
  readonly key: string;
  readonly path: string;
  readonly generationStamps: readonly string[];
  readonly tags: readonly string[];
  readonly tagStamps: readonly string[];
  readonly storedAtMs: number;
  /** `null` if the entry never expires. */
  readonly expiresAtMs: number | null;
  /** @default expiresAtMs */
  readonly deleteAtMs?: number | undefined;
  readonly status: number;
  readonly statusMessage?: string | undefined;
  readonly headers: readonly HeaderChange[];
  readonly isStreamed: boolean;
  readonly callsNext: boolean;
  readonly bodyBytes: number;
  /** Absent if the entry has no variants, as in entries of earlier versions of this library. */
  readonly variants?: readonly VariantMetadata[] | undefined;
}

/**
 * Returns the bytes of an entry: a magic number with the version of the format, a digest of the rest, the length of the metadata, the
 * metadata in JSON, the body of the response, and the bodies of the variants.
 */
export function encodeEntry(
  { key, path }: Address,
  { response, storedAtMs, expiresAtMs, deleteAtMs, tags = [], variants }: Entry,
  generationStamps: readonly string[],
  tagStamps: readonly string[] = [],
): Buffer {
  const { body, ...rest } = response;
  const metadata: EntryMetadata = {
    key,
    path: path.path,
    generationStamps,
    tags,
    tagStamps,
    storedAtMs,
    expiresAtMs: Number.isFinite(expiresAtMs) ? expiresAtMs : null,
    deleteAtMs,
    ...rest,
    bodyBytes: body.length,
    variants: variants?.map(variantMetadata),
  };
  const metadataBytes = Buffer.from(JSON.stringify(metadata));
  const length = Buffer.alloc(PREAMBLE_BYTES - IDENTITY_BYTES);
  length.writeUInt32BE(metadataBytes.length);
  const parts = [length, metadataBytes, body, ...(variants ?? []).flatMap(bytesOf)];
  return Buffer.concat([MAGIC, digestOf(parts), ...parts]);
}

function digestOf(parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest().subarray(0, IDENTITY_BYTES - MAGIC.length);
}

/** @returns undefined if the value is damaged, or if this version of the format did not write it */
export function decodeEntry(value: Buffer): StoredEntry | undefined {
  if (value.length < PREAMBLE_BYTES || !value.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (!value.subarray(MAGIC.length, IDENTITY_BYTES).equals(digestOf([value.subarray(IDENTITY_BYTES)]))) return undefined;
  const bodyStart = PREAMBLE_BYTES + value.readUInt32BE(IDENTITY_BYTES);
  if (bodyStart > value.length) return undefined;
  const metadata = parseMetadata(value.toString('utf8', PREAMBLE_BYTES, bodyStart));
  if (metadata === undefined) return undefined;
  const variantsStart = bodyStart + metadata.bodyBytes;
  if (value.length !== variantsStart + variantBytes(metadata.variants)) return undefined;

  const { key, path, generationStamps, tags, tagStamps, storedAtMs, deleteAtMs } = metadata;
  const { status, statusMessage, headers, isStreamed, callsNext } = metadata;
  const expiresAtMs = metadata.expiresAtMs ?? Infinity;
  const response = { status, statusMessage, headers, body: value.subarray(bodyStart, variantsStart), isStreamed, callsNext };
  const variants = metadata.variants && variantsIn(metadata.variants, value.subarray(variantsStart));
  return { key, path, generationStamps, tagStamps, entry: { response, storedAtMs, expiresAtMs, deleteAtMs, tags, variants } };
}

function parseMetadata(json: string): EntryMetadata | undefined {
  try {
    const metadata: unknown = JSON.parse(json);
    return isMetadata(metadata) ? metadata : undefined;
  } catch {
    // Truncated, or written by another program.
    return undefined;
  }
}

function isMetadata(value: unknown): value is EntryMetadata {
  if (typeof value !== 'object' || value === null) return false;
  const metadata = value as Partial<Record<keyof EntryMetadata, unknown>>;
  const { status, bodyBytes } = metadata;
  if (!isStatus(status) || !isCount(bodyBytes)) return false;
  return (
    typeof metadata.key === 'string' &&
    typeof metadata.path === 'string' &&
    isTexts(metadata.generationStamps) &&
    isTexts(metadata.tags) &&
    isTexts(metadata.tagStamps) &&
    typeof metadata.storedAtMs === 'number' &&
    (metadata.expiresAtMs === null || typeof metadata.expiresAtMs === 'number') &&
    (metadata.deleteAtMs === undefined || typeof metadata.deleteAtMs === 'number') &&
    (metadata.statusMessage === undefined || isStatusMessage(metadata.statusMessage)) &&
    Array.isArray(metadata.headers) &&
    metadata.headers.every(change => isHeaderChange(change, status, bodyBytes)) &&
    typeof metadata.isStreamed === 'boolean' &&
    typeof metadata.callsNext === 'boolean' &&
    (metadata.variants === undefined ||
      (Array.isArray(metadata.variants) && metadata.variants.every(variant => isVariantMetadata(variant, status, bodyBytes))))
  );
}

function isHeaderChange(value: unknown, status: number, bodyBytes: number): value is HeaderChange {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, name, ...rest } = value as Partial<Record<'kind' | 'name' | 'value' | 'values', unknown>>;
  if (typeof name !== 'string') return false;
  if (kind === 'remove') return isHeader(name, []);
  const values = kind === 'set' ? rest.value : kind === 'append' ? rest.values : undefined;
  if (!isTexts(values) && !(kind === 'set' && typeof values === 'string')) return false;
  return isHeader(name, values) && fitsBody(status, name, values, bodyBytes);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}
