import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 20_000;

/**
 * Waits for another process: asks again and again until the answer is yes. A question that fails is a no.
 *
 * @param what for the message, after "waited in vain until"
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
  throw new Error(`Waited in vain until ${what}.`, { cause });
}
