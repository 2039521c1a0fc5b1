/**
 * Copies a chunk, because its writer may reuse the buffer. The copy is not in Node's buffer pool: a small body would retain the
 * whole pool.
 */
export function copyChunk(chunk: unknown, encoding: unknown, maxBytes: number): Buffer | 'too-large' {
  if (typeof chunk === 'string') {
    const charset = typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
    const length = Buffer.byteLength(chunk, charset);
    if (length > maxBytes) return 'too-large';
    const bytes = Buffer.allocUnsafeSlow(length);
    bytes.write(chunk, charset);
    return bytes;
  }
  const source = chunk as Uint8Array;
  if (source.byteLength > maxBytes) return 'too-large';
  const bytes = Buffer.allocUnsafeSlow(source.byteLength);
  bytes.set(source);
  return bytes;
}

/** Joins chunks from `copyChunk`. A single chunk is returned without a second copy. */
export function concatChunks(chunks: readonly Buffer[], length: number): Buffer {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const body = Buffer.allocUnsafeSlow(length);
  let offset = 0;
  for (const chunk of chunks) offset += chunk.copy(body, offset);
  return body;
}
