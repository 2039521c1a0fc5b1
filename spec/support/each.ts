import { cache } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { stopServers } from './server.js';

/** Resets the state after each test. Register this function once per file. */
export function startAfresh(): void {
  beforeEach(() => cache.reset());
  afterEach(async () => {
    await stopServers();
    jest.restoreAllMocks();
    await cache.reset();
  });
}

/** Waits, without sleeping, until an event on other sockets has happened. Fails if the event never happens. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`It never came to: ${condition.toString()}`);
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** Counts look-ups. After its look-up, a request with a miss has joined a computation or begun one. */
export function countLookUps(): () => number {
  const lookUp = jest.spyOn(processCache.current.get().store, 'lookup');
  return () => lookUp.mock.calls.length;
}
