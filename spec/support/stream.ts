import { Readable, type Writable } from 'node:stream';

/**
 * A stream of chunks that routing-controllers recognises. It checks that `pipe` is a `Function`, but Jest runs specs in another realm,
 * whose `Function` is not that of Node's streams.
 */
export function streamOf(chunks: Iterable<unknown> | AsyncIterable<unknown>): Readable {
  const stream = Readable.from(chunks);
  return Object.assign(stream, { pipe: <To extends Writable>(to: To): To => Readable.prototype.pipe.call(stream, to) as To });
}
