import type { CacheFault } from '../lib/index.js';

/** Milliseconds between two log lines of the same kind of fault. While a fault lasts, each attempt to recover may report it again. */
const SILENCE_MS = 10_000;

/** Logs the faults of the cache, each kind at most once in `SILENCE_MS`. */
export class FaultLog {
  private readonly loggedAtMs = new Map<string, number>();

  readonly onError = (fault: CacheFault): void => {
    const now = performance.now();
    if (now - (this.loggedAtMs.get(fault.code) ?? -Infinity) < SILENCE_MS) return;
    this.loggedAtMs.set(fault.code, now);
    console.error(sentenceOf(fault));
  };
}

function sentenceOf(fault: CacheFault): string {
  if (fault.code !== 'CACHE_STORE_DISCONNECTED') return `The cache survived a fault. ${fault.message}`;
  const { message, code } = Object(fault.cause) as { readonly message?: string; readonly code?: string };
  // If a host name has several addresses, the error for all of them has no message.
  const why = [message, code].find(text => text !== undefined && text !== '') ?? 'no reason given';
  return `Redis cannot be reached: ${why}. Until it can be, requests are answered uncached.`;
}
