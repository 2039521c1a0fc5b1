import { onCacheEvent, type CacheEvents } from '../../lib/index.js';

const stops: (() => void)[] = [];

/** What the cache tells from now on, until `stopListening`. */
export function heard<Name extends keyof CacheEvents>(name: Name): CacheEvents[Name][] {
  const events: CacheEvents[Name][] = [];
  stops.push(onCacheEvent(name, event => events.push(event)));
  return events;
}

/** To be called after each test. */
export function stopListening(): void {
  for (const stop of stops.splice(0)) stop();
}
