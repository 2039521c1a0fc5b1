import { onCacheEvent, type CacheEvents } from '../../lib/index.js';

const stops: (() => void)[] = [];

/** Collects the events of the cache, until `stopListening`. */
export function heard<Name extends keyof CacheEvents>(name: Name): CacheEvents[Name][] {
  const events: CacheEvents[Name][] = [];
  stops.push(onCacheEvent(name, event => events.push(event)));
  return events;
}

/** Ends all subscriptions. Call this function after each test. */
export function stopListening(): void {
  for (const stop of stops.splice(0)) stop();
}
