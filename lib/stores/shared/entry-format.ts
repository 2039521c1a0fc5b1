import { createHash, randomBytes } from 'node:crypto';
import type { HeaderChange } from '../../http/stored-response.js';
import type { Address, Entry } from '../store.js';
import { fitsBody, isHeader, isStatus, isStatusMessage } from './valid-head.js';
import { bytesOf, isWireHead, wireBytes, wireHeadOf, wiresIn, type WireHead } from './wire-format.js';

/** An entry as it stands in a shared store, with all that tells whether it may be served. */
export interface SharedEntry {
  readonly key: string;
  readonly path: string;
  /** The generations that it was computed under, in the order of its address's. */
  readonly stamps: readonly string[];
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

interface Head {
  readonly key: string;
  readonly path: string;
  readonly stamps: readonly string[];
  readonly tags: readonly string[];
  readonly tagStamps: readonly string[];
  readonly storedAtMs: number;
  /** `null`: never. */
  readonly expiresAtMs: number | null;
  /** Missing: until it expires. */
  readonly keptUntilMs?: number | undefined;
  readonly status: number;
  readonly statusMessage?: string | undefined;
  readonly headers: readonly HeaderChange[];
  readonly inPieces: boolean;
  readonly continues: boolean;
  readonly bodyBytes: number;
  /** Missing where there are none, as in entries of versions that did not know them. */
  readonly wires?: readonly WireHead[] | undefined;
}

/** Bytes: a magic number with the format's version, a digest of the rest, the length of the head, the head in JSON, and the bodies as they are. */
export function encodeEntry(
  { key, path }: Address,
  { response, storedAtMs, expiresAtMs, keptUntilMs, tags = [], wires }: Entry,
  stamps: readonly string[],
  tagStamps: readonly string[] = [],
): Buffer {
  const { body, ...rest } = response;
  const head: Head = {
    key,
    path: path.path,
    stamps,
    tags,
    tagStamps,
    storedAtMs,
    expiresAtMs: Number.isFinite(expiresAtMs) ? expiresAtMs : null,
    keptUntilMs,
    ...rest,
    bodyBytes: body.length,
    wires: wires?.map(wireHeadOf),
  };
  const headBytes = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(PREAMBLE_BYTES - IDENTITY_BYTES);
  length.writeUInt32BE(headBytes.length);
  const parts = [length, headBytes, body, ...(wires ?? []).flatMap(bytesOf)];
  return Buffer.concat([MAGIC, digestOf(parts), ...parts]);
}

function digestOf(parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest().subarray(0, IDENTITY_BYTES - MAGIC.length);
}

/** @returns `undefined` for whatever this version has not written, whole */
export function decodeEntry(value: Buffer): SharedEntry | undefined {
  if (value.length < PREAMBLE_BYTES || !value.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (!value.subarray(MAGIC.length, IDENTITY_BYTES).equals(digestOf([value.subarray(IDENTITY_BYTES)]))) return undefined;
  const bodyStart = PREAMBLE_BYTES + value.readUInt32BE(IDENTITY_BYTES);
  if (bodyStart > value.length) return undefined;
  const head = headIn(value.toString('utf8', PREAMBLE_BYTES, bodyStart));
  if (head === undefined) return undefined;
  const wiresStart = bodyStart + head.bodyBytes;
  if (value.length !== wiresStart + wireBytes(head.wires)) return undefined;

  const { key, path, stamps, tags, tagStamps, storedAtMs, keptUntilMs } = head;
  const { status, statusMessage, headers, inPieces, continues } = head;
  const expiresAtMs = head.expiresAtMs ?? Infinity;
  const response = { status, statusMessage, headers, body: value.subarray(bodyStart, wiresStart), inPieces, continues };
  const wires = head.wires && wiresIn(head.wires, value.subarray(wiresStart));
  return { key, path, stamps, tagStamps, entry: { response, storedAtMs, expiresAtMs, keptUntilMs, tags, wires } };
}

function headIn(json: string): Head | undefined {
  try {
    const head: unknown = JSON.parse(json);
    return isHead(head) ? head : undefined;
  } catch {
    // Cut off, or not ours.
    return undefined;
  }
}

function isHead(value: unknown): value is Head {
  if (typeof value !== 'object' || value === null) return false;
  const head = value as Partial<Record<keyof Head, unknown>>;
  const { status, bodyBytes } = head;
  if (!isStatus(status) || !isCount(bodyBytes)) return false;
  return (
    typeof head.key === 'string' &&
    typeof head.path === 'string' &&
    isTexts(head.stamps) &&
    isTexts(head.tags) &&
    isTexts(head.tagStamps) &&
    typeof head.storedAtMs === 'number' &&
    (head.expiresAtMs === null || typeof head.expiresAtMs === 'number') &&
    (head.keptUntilMs === undefined || typeof head.keptUntilMs === 'number') &&
    (head.statusMessage === undefined || isStatusMessage(head.statusMessage)) &&
    Array.isArray(head.headers) &&
    head.headers.every(change => isHeaderChange(change, status, bodyBytes)) &&
    typeof head.inPieces === 'boolean' &&
    typeof head.continues === 'boolean' &&
    (head.wires === undefined || (Array.isArray(head.wires) && head.wires.every(wire => isWireHead(wire, status, bodyBytes))))
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
