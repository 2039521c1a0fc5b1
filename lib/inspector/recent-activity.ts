import type { Clock } from '../time/clock.js';
import { type CacheEvents, type InvalidatedEvent, type OutcomeEvent, onCacheEvent } from '../events/channels.js';
import { ActionMetrics, type ActionReport, type ActionSample } from './action-metrics.js';
import { Ring } from './ring.js';

/**
 * A URL with the values of its query hidden: `/people?token=…&page=…`. Searches and tokens stand there; what the cache asked is seen by the
 * names.
 */
export function maskedUrl(url: string): string {
  const at = url.indexOf('?');
  if (at === -1) return url;
  return `${url.slice(0, at)}?${url
    .slice(at + 1)
    .split('&')
    .map(masked)
    .join('&')}`;
}

/** Without an equals sign it may be a value: nothing is shown of it. */
function masked(parameter: string): string {
  const at = parameter.indexOf('=');
  return at === -1 ? '…' : `${parameter.slice(0, at)}=…`;
}

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
