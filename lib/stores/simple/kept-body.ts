/** Measured: what a buffer of its own takes beyond its bytes, on and off the heap. */
export const BUFFER_BYTES = 450;

/**
 * Below this, a body is kept as a text of one byte a character, since a buffer would take more than the body. A look-up makes it a
 * buffer again: less than a millionth of a second, out of the pool that Node keeps for buffers below this size.
 */
const LEAST_BUFFER = 4096;

/** A body in the store. */
export type CompactBody = string | Buffer;

export function compactBody(body: Buffer): CompactBody {
  return body.length < LEAST_BUFFER ? body.toString('latin1') : detachedBuffer(body);
}

/** A buffer that is no part of something larger, of which it would hold the whole. */
export function detachedBuffer(body: Buffer): Buffer {
  return body.buffer.byteLength > body.length ? Buffer.copyBytesFrom(body) : body;
}

export function toBuffer(body: CompactBody): Buffer {
  return typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
}

/** The memory that a body of this length takes when it is kept. */
export function bodyBytes(length: number): number {
  return length < LEAST_BUFFER ? length : BUFFER_BYTES + length;
}
