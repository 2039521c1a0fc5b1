import { onCacheEvent, type CacheEvents } from '../../lib/index.js';

const stops: (() => void)[] = [];

/** Collects the events of the cache, until `unsubscribeAll`. */
export function recordEvents<Name extends keyof CacheEvents>(name: Name): CacheEvents[Name][] {
  const events: CacheEvents[Name][] = [];
  stops.push(onCacheEvent(name, event => events.push(event)));
  return events;
}

/** Ends all subscriptions. Call this function after each test. */
export function unsubscribeAll(): void {
  for (const stop of stops.splice(0)) stop();
}
