import type { Registry } from 'prom-client';
import { type BreakerEvent, type InvalidatedEvent, onCacheEvent } from '../events/channels.js';
import { missingPeer } from '../errors/require-peer.js';
import { processCache } from '../cache/process-cache.js';
import type { CacheStats } from '../runtime/stats.js';
import { checkedMetricsOptions, type CacheMetricsOptions } from './metrics-options.js';

type PromClient = typeof import('prom-client');

const STATES: readonly BreakerEvent['state'][] = ['closed', 'half-open', 'open'];
const CALLS = ['cache.invalidate', 'cache.invalidateTags', 'cache.invalidateMemoized', 'cache.clear', 'cache.delete'];
/** From the duration of a store in memory to that of a store that hardly answers, in seconds. */
const OPERATION_BUCKETS = [0.00001, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
/** The usual durations of handlers, in seconds. */
const HANDLER_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Registers metrics of the cache for Prometheus. Their labels are bounded: actions, outcomes, codes and operations; never a URL, a key or a
 * tag. The function needs the package `prom-client`.
 *
 * @returns a function that ends the collection and removes the metrics from the register
 * @throws CacheConfigError for invalid options, or if the package is not installed
 *
 * @example
 * ```ts
 * const stop = cacheMetrics({ prefix: 'shop_cache_' });
 * ```
 */
export function cacheMetrics(options: CacheMetricsOptions = {}): () => void {
  const { register: given, prefix } = checkedMetricsOptions(options);
  const client = loadPromClient();
  const register = (given ?? client.register) as Registry;
  const metrics = new CacheMetrics(client, register, prefix);
  return () => {
    metrics.end();
  };
}

function loadPromClient(): PromClient {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is used, by a call that bundlers find
    return require('prom-client') as PromClient;
  } catch (error) {
    throw missingPeer('prom-client', 'routing-controllers-cache/prometheus', error);
  }
}

class CacheMetrics {
  private readonly names: string[] = [];
  private readonly stops: readonly (() => void)[];
  /** Seconds that the newest stored response of an action took to compute. */
  private readonly latest = new Map<string, number>();

  constructor(
    private readonly client: PromClient,
    private readonly register: Registry,
    private readonly prefix: string,
  ) {
    this.stops = [
      ...this.ofRequests(),
      this.ofInvalidations(),
      this.ofEvictions(),
      this.ofFaults(),
      this.ofOperations(),
      this.ofBreaker(),
      this.ofVerifications(),
    ];
    this.gauge(
      'entries',
      'Entries in the simple store; 0 for a shared store, whose entries are not counted.',
      ({ entries }) => entries,
    );
    this.gauge('bytes', 'Bytes in the simple store, or in the near cache of a shared store.', ({ bytes }) => bytes);
  }

  end(): void {
    for (const stop of this.stops) stop();
    for (const name of this.names) this.register.removeSingleMetric(name);
  }

  private ofRequests(): (() => void)[] {
    const requests = this.counter('requests_total', 'Requests to cached actions, by outcome.', ['action', 'outcome']);
    const stores = this.counter('stores_total', 'Responses stored.', ['action']);
    const handler = this.histogram(
      'handler_seconds',
      'Seconds that the computation of stored responses took.',
      ['action'],
      HANDLER_BUCKETS,
    );
    const saved = this.histogram(
      'saved_seconds',
      'Estimated handler time that hits saved: for each, the time that the newest stored response of its action took to compute.',
      ['action'],
      HANDLER_BUCKETS,
    );
    return [
      onCacheEvent('outcome', ({ action, outcome }) => {
        requests.inc({ action, outcome });
        const seconds = this.latest.get(action);
        if ((outcome === 'hit' || outcome === 'stale') && seconds !== undefined) saved.observe({ action }, seconds);
      }),
      onCacheEvent('stored', ({ action, durationMs }) => {
        this.latest.set(action, durationMs / 1000);
        stores.inc({ action });
        handler.observe({ action }, durationMs / 1000);
      }),
    ];
  }

  private ofInvalidations(): () => void {
    const invalidations = this.counter('invalidations_total', 'Invalidations, by requests and by calls.', ['by', 'delivered']);
    const removed = this.counter('removed_entries_total', 'Entries that invalidations removed from the simple store.', []);
    return onCacheEvent('invalidated', ({ by, delivered, removed: entries = 0 }) => {
      invalidations.inc({ by: callOf(by), delivered: String(delivered) });
      removed.inc(Math.max(0, entries));
    });
  }

  private ofEvictions(): () => void {
    const evictions = this.counter('evictions_total', 'Entries that the simple store evicted, because it was full.', []);
    return onCacheEvent('evicted', () => {
      evictions.inc();
    });
  }

  private ofFaults(): () => void {
    const faults = this.counter('faults_total', 'Faults reported to onError, by code.', ['code']);
    return onCacheEvent('fault', ({ code }) => {
      faults.inc({ code });
    });
  }

  private ofOperations(): () => void {
    const help = 'Seconds that operations of the store took, measured in the cache.';
    const operations = this.histogram('store_operation_seconds', help, ['operation', 'failed'], OPERATION_BUCKETS);
    return onCacheEvent('operation', ({ operation, durationMs, failed }) => {
      operations.observe({ operation, failed: String(failed) }, durationMs / 1000);
    });
  }

  private ofBreaker(): () => void {
    const { Gauge } = this.client;
    const help = 'The state of the circuit breaker of a shared store: 1 for the current state. It starts closed.';
    const breaker = new Gauge({ ...this.named('breaker_state', help), labelNames: ['state'] });
    const enter = (entered: BreakerEvent['state']): void => {
      for (const state of STATES) breaker.set({ state }, state === entered ? 1 : 0);
    };
    enter('closed');
    return onCacheEvent('breaker', ({ state }) => {
      enter(state);
    });
  }

  private ofVerifications(): () => void {
    const verifications = this.counter('verifications_total', 'Verified hits, by outcome.', ['action', 'outcome']);
    return onCacheEvent('verified', ({ action, outcome }) => {
      verifications.inc({ action, outcome });
    });
  }

  private counter(name: string, help: string, labelNames: readonly string[]): InstanceType<PromClient['Counter']> {
    return new this.client.Counter({ ...this.named(name, help), labelNames: [...labelNames] });
  }

  private histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
    buckets: number[],
  ): InstanceType<PromClient['Histogram']> {
    return new this.client.Histogram({ ...this.named(name, help), labelNames: [...labelNames], buckets });
  }

  /** The value is read together with the metrics. */
  private gauge(name: string, help: string, of: (stats: CacheStats) => number): void {
    new this.client.Gauge({
      ...this.named(name, help),
      collect() {
        // An unused cache is empty, and reading its statistics would create it before the application configures it.
        const runtime = processCache.current.currentOrUndefined();
        this.set(runtime === undefined ? 0 : of(runtime.stats()));
      },
    });
  }

  private named(name: string, help: string): { name: string; help: string; registers: Registry[] } {
    const whole = this.prefix + name;
    this.names.push(whole);
    return { name: whole, help, registers: [this.register] };
  }
}

/** Returns the source of an invalidation without the URL of the request, because URLs are unbounded. */
function callOf(by: InvalidatedEvent['by']): string {
  return CALLS.includes(by) ? by : 'request';
}
