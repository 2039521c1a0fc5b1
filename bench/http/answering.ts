import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 10_000;

/** Waits until a server answers at the URL. @returns false if no server does in time */
export async function isAnswering(url: string): Promise<boolean> {
  for (const begin = Date.now(); Date.now() - begin < PATIENCE_MS;) {
    try {
      await fetch(url).then(response => response.arrayBuffer());
      return true;
    } catch {
      // The server does not answer yet.
    }
    await sleep(50);
  }
  return false;
}
