import type { CacheEvents, InvalidatedEvent, OutcomeEvent } from '../events/cache-events.js';
import { onCacheEvent } from '../events/on-cache-event.js';
import { ActionFigures, type ActionReport } from './action-figures.js';
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
export class History {
  private readonly actions = new Map<string, ActionFigures>();
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

  report(): HistoryReport {
    return {
      actions: Array.from(this.actions.values(), action => action.report()),
      requests: this.requests.newestFirst(),
      invalidations: this.invalidations.newestFirst(),
    };
  }

  close(): void {
    for (const stop of this.stops) stop();
  }

  private addOutcome(event: CacheEvents['outcome']): void {
    let action = this.actions.get(event.action);
    if (action === undefined) this.actions.set(event.action, (action = new ActionFigures(event.action)));
    action.add(event);
    this.requests.add({ ...event, url: event.url.slice(0, MAX_TEXT), path: event.path?.slice(0, MAX_TEXT), atMs: Date.now() });
  }

  private addInvalidated(event: CacheEvents['invalidated']): void {
    this.invalidations.add({ ...event, by: event.by.slice(0, MAX_TEXT), atMs: Date.now() });
  }
}
