import { channel, type Channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CacheFault, CacheUsageError } from '../errors/cache-errors.js';
import { formatValue } from '../errors/format-value.js';

/** How a request to a cached action ended. Told once for each, when the cache has done with it: for a miss, when its response is kept or given up. */
export interface OutcomeEvent {
  readonly outcome: 'hit' | 'miss' | 'stale' | 'collapsed' | 'bypass';
  /** Class and method. There are as many as the program has. */
  readonly action: string;
  readonly method: string;
  /** As the client wrote it, with its query. */
  readonly url: string;
  /** The canonical path; `undefined` where it was not asked for. */
  readonly path: string | undefined;
  /**
   * Why, in words: `invalidated 3 s ago by PUT /users/bob/avatar`, `not stored: the response sets a cookie`. For people: programs go by
   * `outcome`.
   */
  readonly reason: string | undefined;
  /** Milliseconds from when the cache was asked. */
  readonly durationMs: number;
}

/** A response was kept. */
export interface StoredEvent {
  readonly action: string;
  readonly path: string;
  readonly status: number;
  /** Of the body. */
  readonly bytes: number;
  /** Seconds; `Infinity`: it never expires. */
  readonly ttl: number;
  readonly tags: readonly string[];
  /** Milliseconds that computing it took: what each hit saves. */
  readonly durationMs: number;
}

/** Something was invalidated. */
export interface InvalidatedEvent {
  readonly prefixes: readonly string[];
  readonly tags: readonly string[];
  /** `PUT /users/bob/avatar`, or the call by which code did it: `cache.invalidate`. */
  readonly by: string;
  /** Entries removed; `undefined` where nobody counts them: in a shared store. */
  readonly removed: number | undefined;
  /** False where the store is still to be told. */
  readonly delivered: boolean;
}

/** An entry had to go because the simple store was full. */
export interface EvictedEvent {
  readonly path: string;
  readonly bytes: number;
}

/** A fault that was survived: what `onError` is told of. */
export interface FaultEvent {
  readonly code: string;
  readonly message: string;
}

/** Whether a shared store is asked at all: while `open`, it counts as gone. */
export interface BreakerEvent {
  readonly state: 'open' | 'half-open' | 'closed';
}

/** One operation of the store, from the cache's side. */
export interface OperationEvent {
  /** `begin`: a fence without a look-up, or a change announced. `claim`: waiting for another process too. */
  readonly operation: 'lookup' | 'begin' | 'claim' | 'save' | 'delete' | 'invalidate';
  readonly durationMs: number;
  /** It threw, or says that the store cannot be reached. */
  readonly failed: boolean;
}

/** What the cache tells those who listen. */
export interface CacheEvents {
  readonly outcome: OutcomeEvent;
  readonly stored: StoredEvent;
  readonly invalidated: InvalidatedEvent;
  readonly evicted: EvictedEvent;
  readonly fault: FaultEvent;
  readonly breaker: BreakerEvent;
  readonly operation: OperationEvent;
}

/** The channels of Node's `diagnostics_channel` on which it is told: `routing-controllers-cache:outcome`, and so on. */
export const channels = {
  outcome: channel('routing-controllers-cache:outcome'),
  stored: channel('routing-controllers-cache:stored'),
  invalidated: channel('routing-controllers-cache:invalidated'),
  evicted: channel('routing-controllers-cache:evicted'),
  fault: channel('routing-controllers-cache:fault'),
  breaker: channel('routing-controllers-cache:breaker'),
  operation: channel('routing-controllers-cache:operation'),
} as const satisfies Record<keyof CacheEvents, Channel>;

/** Tells those who listen. What is told is built only for them: ask `channels[name].hasSubscribers` first. */
export function publish<Name extends keyof CacheEvents>(name: Name, event: CacheEvents[Name]): void {
  channels[name].publish(event);
}

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
