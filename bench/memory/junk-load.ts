import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { createExpressServer, Get, JsonController, Param } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { inject } from '../inject.js';

const MAX_BYTES = 64 * 1024 * 1024;
const AT_ONCE = 50;

@JsonController('/junk')
class JunkController {
  @Get('/:name')
  @Cached({ timeout: 0 })
  show(@Param('name') name: string) {
    return { name, text: 'x'.repeat(150) };
  }
}

const listener = createExpressServer({ controllers: [JunkController] }) as RequestListener;
cache.configure({ maxBytes: MAX_BYTES });

/** Returns the bytes of heap and buffers, after a full garbage collection. */
function used(): number {
  for (let round = 0; round < 3; round++) globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The bytes of the process with an empty cache. */
let baseline = 0;

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1).padStart(7)} MiB`;

async function load(title: string, requests: number, pathOf: (index: number) => string): Promise<number[]> {
  const marks: number[] = [];
  for (let index = 0; index < requests; index += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, offset) => inject(listener, pathOf(index + offset))));
    // A server returns to its event loop between requests, and then frees more. That memory is no leak.
    await new Promise(resolve => setImmediate(resolve));
    if ((index + AT_ONCE) % (requests / 5) !== 0) continue;
    marks.push(used());
    const { entries, bytes } = cache.stats();
    console.log(
      `${title} ${String(index + AT_ONCE).padStart(8)}: process ${megabytes(marks.at(-1)! - baseline)}, store ${megabytes(bytes)} in ${entries} entries`,
    );
  }
  return marks;
}

/**
 * Shows the effect of `maxBytes` on the process: a flood of distinct keys, then the same number of hits. Prints heap and buffers.
 *
 * @returns the exceeded bounds
 */
export async function loadJunk(requests: number): Promise<string[]> {
  await inject(listener, '/junk/warm-up');
  await cache.clear();
  baseline = used();
  console.log(
    `maxBytes${megabytes(MAX_BYTES)}; the figures of the process exclude its ${megabytes(baseline)} with an empty cache`,
  );

  const marks = await load('distinct keys', requests, index => `/junk/${index}`);
  const { entries, bytes } = cache.stats();
  console.log(
    `an entry takes ${Math.round((marks.at(-1)! - baseline) / entries)} bytes, and the store counts ${Math.round(bytes / entries)}`,
  );

  const hits = await load('hits         ', requests, index => `/junk/${requests - 1 - (index % 100)}`);
  const growth = hits.at(-1)! - hits[0]!;
  console.log(`from the first fifth of the hits to the last the process grew by${megabytes(growth)}`);

  return [
    ...(Math.max(...marks) - baseline > MAX_BYTES ? ['the flood took more than maxBytes'] : []),
    ...(bytes > MAX_BYTES ? ['the store contains more than maxBytes'] : []),
    ...(growth > 1024 * 1024 ? ['the hits made the heap grow'] : []),
    ...(cache.stats().hits < requests ? ['not all of the hits were hits'] : []),
  ];
}
