import { createHash, randomBytes } from 'node:crypto';
import type { HeaderChange } from '../../http/stored-response.js';
import type { Address, Entry } from '../store.js';
import { fitsBody, isHeader, isStatus, isStatusMessage } from './valid-metadata.js';
import { bytesOf, isVariantMetadata, variantBytes, variantMetadata, variantsIn, type VariantMetadata } from './variant-codec.js';

/** An entry as it stands in a shared store, with all that tells whether it may be served. */
export interface StoredEntry {
  readonly key: string;
  readonly path: string;
  /** The generations that it was computed under, in the order of its address's. */
  readonly generationStamps: readonly string[];
  /** The generations of the tags that it has brought itself, in the order of these. */
  readonly tagStamps: readonly string[];
  readonly entry: Entry;
}

/** The last byte is the version of the format: entries of another are not read. */
const MAGIC = Buffer.from([0x72, 0x63, 0x63, 0x02]);
/** The magic number and a digest of the rest. Two entries are equal if these bytes are, and a damaged entry does not match its digest. */
export const IDENTITY_BYTES = MAGIC.length + 12;
const PREAMBLE_BYTES = IDENTITY_BYTES + 4;
/** How a mark begins, as text. */
const MARK = 'rcco';

/** @returns the bytes by which two entries are told apart, as text; `undefined` if there is none */
export function startOf(value: Buffer | undefined): string | undefined {
  return value?.toString('latin1', 0, IDENTITY_BYTES);
}

/** @returns what stands in the place of an entry where computations that began before it are not to be stored: no entry, so a miss */
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
  /** `null`: never. */
  readonly expiresAtMs: number | null;
  /** Missing: until it expires. */
  readonly deleteAtMs?: number | undefined;
  readonly status: number;
  readonly statusMessage?: string | undefined;
  readonly headers: readonly HeaderChange[];
  readonly isStreamed: boolean;
  readonly callsNext: boolean;
  readonly bodyBytes: number;
  /** Missing where there are none, as in entries of versions that did not know them. */
  readonly variants?: readonly VariantMetadata[] | undefined;
}

/** Bytes: a magic number with the format's version, a digest of the rest, the length of the head, the head in JSON, and the bodies as they are. */
export function encodeEntry(
  { key, path }: Address,
  { response, storedAtMs, expiresAtMs, deleteAtMs, tags = [], variants }: Entry,
  generationStamps: readonly string[],
  tagStamps: readonly string[] = [],
): Buffer {
  const { body, ...rest } = response;
  const head: EntryMetadata = {
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
  const headBytes = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(PREAMBLE_BYTES - IDENTITY_BYTES);
  length.writeUInt32BE(headBytes.length);
  const parts = [length, headBytes, body, ...(variants ?? []).flatMap(bytesOf)];
  return Buffer.concat([MAGIC, digestOf(parts), ...parts]);
}

function digestOf(parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest().subarray(0, IDENTITY_BYTES - MAGIC.length);
}

/** @returns `undefined` for whatever this version has not written, whole */
export function decodeEntry(value: Buffer): StoredEntry | undefined {
  if (value.length < PREAMBLE_BYTES || !value.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (!value.subarray(MAGIC.length, IDENTITY_BYTES).equals(digestOf([value.subarray(IDENTITY_BYTES)]))) return undefined;
  const bodyStart = PREAMBLE_BYTES + value.readUInt32BE(IDENTITY_BYTES);
  if (bodyStart > value.length) return undefined;
  const head = parseMetadata(value.toString('utf8', PREAMBLE_BYTES, bodyStart));
  if (head === undefined) return undefined;
  const wiresStart = bodyStart + head.bodyBytes;
  if (value.length !== wiresStart + variantBytes(head.variants)) return undefined;

  const { key, path, generationStamps, tags, tagStamps, storedAtMs, deleteAtMs } = head;
  const { status, statusMessage, headers, isStreamed, callsNext } = head;
  const expiresAtMs = head.expiresAtMs ?? Infinity;
  const response = { status, statusMessage, headers, body: value.subarray(bodyStart, wiresStart), isStreamed, callsNext };
  const variants = head.variants && variantsIn(head.variants, value.subarray(wiresStart));
  return { key, path, generationStamps, tagStamps, entry: { response, storedAtMs, expiresAtMs, deleteAtMs, tags, variants } };
}

function parseMetadata(json: string): EntryMetadata | undefined {
  try {
    const head: unknown = JSON.parse(json);
    return isMetadata(head) ? head : undefined;
  } catch {
    // Cut off, or not ours.
    return undefined;
  }
}

function isMetadata(value: unknown): value is EntryMetadata {
  if (typeof value !== 'object' || value === null) return false;
  const head = value as Partial<Record<keyof EntryMetadata, unknown>>;
  const { status, bodyBytes } = head;
  if (!isStatus(status) || !isCount(bodyBytes)) return false;
  return (
    typeof head.key === 'string' &&
    typeof head.path === 'string' &&
    isTexts(head.generationStamps) &&
    isTexts(head.tags) &&
    isTexts(head.tagStamps) &&
    typeof head.storedAtMs === 'number' &&
    (head.expiresAtMs === null || typeof head.expiresAtMs === 'number') &&
    (head.deleteAtMs === undefined || typeof head.deleteAtMs === 'number') &&
    (head.statusMessage === undefined || isStatusMessage(head.statusMessage)) &&
    Array.isArray(head.headers) &&
    head.headers.every(change => isHeaderChange(change, status, bodyBytes)) &&
    typeof head.isStreamed === 'boolean' &&
    typeof head.callsNext === 'boolean' &&
    (head.variants === undefined ||
      (Array.isArray(head.variants) && head.variants.every(variant => isVariantMetadata(variant, status, bodyBytes))))
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
