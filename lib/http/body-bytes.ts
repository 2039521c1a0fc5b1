/** A copy, since whoever writes may reuse the buffer, and not from Node's pool, which a small body would keep alive whole. */
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

/** The body of these chunks, which nobody else has. */
export function concatChunks(chunks: readonly Buffer[], length: number): Buffer {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const body = Buffer.allocUnsafeSlow(length);
  let offset = 0;
  for (const chunk of chunks) offset += chunk.copy(body, offset);
  return body;
}
