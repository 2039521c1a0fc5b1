import { channel, type Channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CacheFault, CacheUsageError } from '../errors/cache-errors.js';
import { formatValue } from '../errors/format-value.js';

/** The outcome of one request to a cached action. A miss is published when its response is stored or discarded. */
export interface OutcomeEvent {
  readonly outcome: 'hit' | 'miss' | 'stale' | 'collapsed' | 'bypass';
  /** The class and the method. The number of values is bounded by the program. */
  readonly action: string;
  readonly method: string;
  /** The URL as the client wrote it, with its query. */
  readonly url: string;
  /** The canonical path; `undefined` if the cache did not compute it. */
  readonly path: string | undefined;
  /**
   * The reason, for people: `invalidated 3 s ago by PUT /users/bob/avatar`, `not stored: the response sets a cookie`. Programs should use
   * `outcome`.
   */
  readonly reason: string | undefined;
  /** Milliseconds since the cache received the request. */
  readonly durationMs: number;
}

/** A response was stored. */
export interface StoredEvent {
  readonly action: string;
  readonly path: string;
  readonly status: number;
  /** The length of the body, in bytes. */
  readonly bytes: number;
  /** The time to live in seconds; `Infinity` if the entry never expires. */
  readonly ttl: number;
  readonly tags: readonly string[];
  /** Milliseconds that the computation took. Each hit saves them. */
  readonly durationMs: number;
}

/** An invalidation by prefixes and tags. */
export interface InvalidatedEvent {
  readonly prefixes: readonly string[];
  readonly tags: readonly string[];
  /** The request, such as `PUT /users/bob/avatar`, or the call, such as `cache.invalidate`. */
  readonly by: string;
  /** The number of removed entries; `undefined` in a shared store, which does not count them. */
  readonly removed: number | undefined;
  /** False if the store has not received the invalidation yet. */
  readonly delivered: boolean;
}

/** The simple store was full and evicted an entry. */
export interface EvictedEvent {
  readonly path: string;
  readonly bytes: number;
}

/** A fault that the application survived. `onError` receives the same faults. */
export interface FaultEvent {
  readonly code: string;
  readonly message: string;
}

/** The circuit breaker of a shared store changed its state. While it is `open`, the cache bypasses the store. */
export interface BreakerEvent {
  readonly state: 'open' | 'half-open' | 'closed';
}

/** One operation of the store, measured by the cache. */
export interface OperationEvent {
  /** `begin`: a lease without a look-up, or the declaration of a write. `claim`: a fill lock, including the wait for another process. */
  readonly operation: 'lookup' | 'begin' | 'claim' | 'save' | 'delete' | 'invalidate';
  readonly durationMs: number;
  /** True if the operation threw, or reported that the store cannot be reached. */
  readonly failed: boolean;
}

/** A change that may have made an entry stale: it was answered since the entry was stored, and its targets do not cover the entry. */
export interface Suspect {
  /** The request, such as `PUT /users/bob/avatar`, or the call, such as `cache.changing`. */
  readonly by: string;
  /**
   * The target that would have covered the entry: `/users/:username/friends`, as `@InvalidatesCache` takes it, with the parameters of the
   * route of the change. For a call: the whole path.
   */
  readonly target: string;
  /** Seconds from the end of the change to the hit that was verified; negative if the change ended after it. */
  readonly secondsBefore: number;
}

/** A hit was verified: behind the answer the method ran again, and its response was compared with the entry. */
export interface VerifiedEvent {
  readonly action: string;
  /** The canonical path of the entry. */
  readonly path: string;
  /**
   * `same`: the method still gives the response of the entry. `stale`: two runs give another response, the same one, so an invalidation is
   * missing. `unstable`: two runs give two responses, so the entry cannot be judged.
   */
  readonly outcome: 'same' | 'unstable' | 'stale';
  /** The age of the entry at the hit, in seconds. */
  readonly ageSeconds: number;
  /**
   * JSON pointers (RFC 6901) to the places of the body that differ, 20 at most; the empty pointer if the body is not JSON, or the status
   * differs too. Of an unstable response: the places at which the two runs differ.
   */
  readonly pointers: readonly string[];
  /** The names of the headers that differ, in lower case. `:status` if the status differs. */
  readonly headers: readonly string[];
  /** The changes that may have made the entry stale, newest first, 10 at most. Empty unless the entry is stale. */
  readonly suspects: readonly Suspect[];
  /** False if there may be more suspects: the record of changes is younger than the entry, or full. */
  readonly hasAllSuspects: boolean;
}

/** The events of the cache, by name. */
export interface CacheEvents {
  readonly outcome: OutcomeEvent;
  readonly stored: StoredEvent;
  readonly invalidated: InvalidatedEvent;
  readonly evicted: EvictedEvent;
  readonly fault: FaultEvent;
  readonly breaker: BreakerEvent;
  readonly operation: OperationEvent;
  readonly verified: VerifiedEvent;
}

/** The channels of Node's `diagnostics_channel` for the events: `routing-controllers-cache:outcome`, and so on. */
export const channels = {
  outcome: channel('routing-controllers-cache:outcome'),
  stored: channel('routing-controllers-cache:stored'),
  invalidated: channel('routing-controllers-cache:invalidated'),
  evicted: channel('routing-controllers-cache:evicted'),
  fault: channel('routing-controllers-cache:fault'),
  breaker: channel('routing-controllers-cache:breaker'),
  operation: channel('routing-controllers-cache:operation'),
  verified: channel('routing-controllers-cache:verified'),
} as const satisfies Record<keyof CacheEvents, Channel>;

/** Publishes an event. Callers check `channels[name].hasSubscribers` first, so that no event is built without subscribers. */
export function publish<Name extends keyof CacheEvents>(name: Name, event: CacheEvents[Name]): void {
  channels[name].publish(event);
}

/**
 * Subscribes to an event of the cache. Without subscribers, events cost nothing.
 *
 * The cache calls the listener synchronously during a request, so the listener should return quickly. If the listener throws, or its
 * promise rejects, no request fails: the library emits one process warning.
 *
 * @returns a function that ends the subscription
 * @throws CacheUsageError for an unknown event, or a listener that is not a function
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
  // Node would end the process if a subscriber throws.
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
