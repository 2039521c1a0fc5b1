import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CacheFault, CacheUsageError } from '../errors.js';
import { formatValue } from '../shown.js';
import { channels, type CacheEvents } from './cache-events.js';

/**
 * Listens to what the cache does. With nobody listening, telling costs nothing.
 *
 * The listener is called at once, in the middle of a request: let it be short. What it throws, or its promise rejects with, hurts no
 * request and is told in one process warning.
 *
 * @returns ends it
 * @throws CacheUsageError for an event that there is not, or a listener that is no function
 *
 * @example
 * ```ts
 * const counts = new Map<string, number>();
 * const stop = onCacheEvent('outcome', ({ action, outcome }) => {
 *   counts.set(`${action} ${outcome}`, (counts.get(`${action} ${outcome}`) ?? 0) + 1);
 * });
 * ```
 */
export function onCacheEvent<Name extends keyof CacheEvents>(
  name: Name,
  listener: (event: CacheEvents[Name]) => unknown,
): () => void {
  const mistakes = mistakesIn(name, listener);
  if (mistakes.length > 0) throw new CacheUsageError('CACHE_USAGE_INVALID', mistakes);
  let hasWarned = false;
  const warn = (cause: unknown): void => {
    if (hasWarned) return;
    hasWarned = true;
    process.emitWarning(new CacheFault('CACHE_LISTENER_FAILED', `a listener to ${name} failed: ${String(cause)}`, { cause }));
  };
  // Left to Node, what a subscriber throws would end the process.
  const subscriber = (event: unknown): void => {
    try {
      const answer = listener(event as CacheEvents[Name]);
      if (answer instanceof Promise) answer.catch(warn);
    } catch (error) {
      warn(error);
    }
  };
  subscribe(channels[name].name, subscriber);
  return () => {
    unsubscribe(channels[name].name, subscriber);
  };
}

function mistakesIn(name: unknown, listener: unknown): string[] {
  const names = Object.keys(channels);
  const mistakes = names.includes(name as string)
    ? []
    : [`onCacheEvent(${formatValue(name)}, …): there is no such event. Write one of ${names.join(', ')}.`];
  if (typeof listener !== 'function')
    mistakes.push(`onCacheEvent: the listener must be a function, got ${formatValue(listener)}.`);
  return mistakes;
}
