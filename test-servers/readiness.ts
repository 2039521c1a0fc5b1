import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 20_000;

/**
 * Waits for another process. Repeats a check until its result is true. A check that throws counts as false.
 *
 * @param what the awaited condition, for the message of the error
 * @throws Error if the condition stays false
 */
export async function ready(what: string, isReady: () => Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + patienceMs;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      if (await isReady()) return;
    } catch (error) {
      cause = error;
    }
    await pause(10);
  }
  throw new Error(`Timed out waiting until ${what}.`, { cause });
}
