import { cache } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { stopServers } from './server.js';

/** Leaves nothing behind for the next test. Register it once per file. */
export function startAfresh(): void {
  beforeEach(() => cache.reset());
  afterEach(async () => {
    await stopServers();
    jest.restoreAllMocks();
    await cache.reset();
  });
}

/** Waits, without sleeping, until something that happens on other sockets has happened; fails when it never does. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`It never came to: ${condition.toString()}`);
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** Counts look-ups from now on: a request that has looked up and missed has joined a computation, or begun one. */
export function countLookUps(): () => number {
  const lookUp = jest.spyOn(processCache.current.get().store, 'lookup');
  return () => lookUp.mock.calls.length;
}
