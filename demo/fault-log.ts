import type { CacheFault } from '../lib/index.js';

/** While a fault lasts, each attempt to get over it may fail again: it is told anew after so many milliseconds. */
const SILENCE_MS = 10_000;

/** Logs what the cache survived, each kind of fault now and then. */
export class FaultLog {
  private readonly toldAtMs = new Map<string, number>();

  readonly onError = (fault: CacheFault): void => {
    const now = performance.now();
    if (now - (this.toldAtMs.get(fault.code) ?? -Infinity) < SILENCE_MS) return;
    this.toldAtMs.set(fault.code, now);
    console.error(told(fault));
  };
}

function told(fault: CacheFault): string {
  if (fault.code !== 'CACHE_STORE_DISCONNECTED') return `The cache survived a fault. ${fault.message}`;
  const { message, code } = Object(fault.cause) as { readonly message?: string; readonly code?: string };
  // Where a name has several addresses, the error that stands for all of them has no message.
  const why = [message, code].find(text => text !== undefined && text !== '') ?? 'nobody says why';
  return `Redis cannot be reached: ${why}. Until it can be, requests are answered uncached.`;
}
