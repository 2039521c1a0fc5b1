import type { Clock } from '../clock.js';
import type { CacheEvents, InvalidatedEvent, OutcomeEvent } from '../events/cache-events.js';
import { onCacheEvent } from '../events/on-cache-event.js';
import { ActionMetrics, type ActionReport, type ActionSample } from './action-figures.js';
import { maskedUrl } from './masked-url.js';
import { Ring } from './ring.js';

const KEPT_REQUESTS = 100;
const KEPT_INVALIDATIONS = 50;
/** Of a text that a client has written. */
const MAX_TEXT = 300;

type Timed<Event> = Event & { readonly atMs: number };

/** What happened since the inspector was made. */
export interface HistoryReport {
  readonly actions: readonly ActionReport[];
  readonly requests: readonly Timed<OutcomeEvent>[];
  readonly invalidations: readonly Timed<InvalidatedEvent>[];
}

/** Listens to the cache, and keeps the newest of it. */
export class RecentActivity {
  private readonly actions = new Map<string, ActionMetrics>();
  private readonly requests = new Ring<Timed<OutcomeEvent>>(KEPT_REQUESTS);
  private readonly invalidations = new Ring<Timed<InvalidatedEvent>>(KEPT_INVALIDATIONS);
  private readonly stops = [
    onCacheEvent('outcome', event => {
      this.addOutcome(event);
    }),
    onCacheEvent('invalidated', event => {
      this.addInvalidated(event);
    }),
  ];

  /** @param clock asked anew for each event, since the cache may be configured after the inspector was made */
  constructor(private readonly clock: () => Clock) {}

  report(): HistoryReport {
    return {
      actions: Array.from(this.actions.values(), action => action.report()),
      requests: this.requests.newestFirst(),
      invalidations: this.invalidations.newestFirst(),
    };
  }

  /** How each action stands, by its name. */
  samples(): Readonly<Record<string, ActionSample>> {
    return Object.fromEntries(Array.from(this.actions, ([name, action]) => [name, action.sample()]));
  }

  close(): void {
    for (const stop of this.stops) stop();
  }

  private addOutcome(event: CacheEvents['outcome']): void {
    let action = this.actions.get(event.action);
    if (action === undefined) this.actions.set(event.action, (action = new ActionMetrics(event.action)));
    action.add(event);
    const [url, path] = [maskedUrl(event.url).slice(0, MAX_TEXT), event.path?.slice(0, MAX_TEXT)];
    this.requests.add({ ...event, url, path, atMs: this.clock().now() });
  }

  private addInvalidated(event: CacheEvents['invalidated']): void {
    this.invalidations.add({ ...event, by: event.by.slice(0, MAX_TEXT), atMs: this.clock().now() });
  }
}
