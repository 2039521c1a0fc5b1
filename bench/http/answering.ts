import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 10_000;

/** Waits until something answers there. @returns whether it did in time */
export async function isAnswering(url: string): Promise<boolean> {
  for (const begin = Date.now(); Date.now() - begin < PATIENCE_MS;) {
    try {
      await fetch(url).then(response => response.arrayBuffer());
      return true;
    } catch {
      // Not yet: it is asked again until its time is over.
    }
    await sleep(50);
  }
  return false;
}
