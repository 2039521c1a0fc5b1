import type { Clock } from '../time/clock.js';
import {
  type CacheEvents,
  type InvalidatedEvent,
  type OutcomeEvent,
  type VerifiedEvent,
  onCacheEvent,
} from '../events/channels.js';
import { ActionMetrics, type ActionReport, type ActionSample } from './action-metrics.js';
import { Ring } from './ring.js';

/**
 * A URL with the values of its query hidden: `/people?token=…&page=…`. Values may be private, such as searches and tokens. The names
 * identify the request.
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

/** A part without an equals sign may be a value, so all of it is hidden. */
function masked(parameter: string): string {
  const at = parameter.indexOf('=');
  return at === -1 ? '…' : `${parameter.slice(0, at)}=…`;
}

const KEPT_REQUESTS = 100;
const KEPT_INVALIDATIONS = 50;
const KEPT_REPORTS = 50;
/** The maximum characters of a text from a client. */
const MAX_TEXT = 300;

type Timed<Event> = Event & { readonly atMs: number };

/** The activity since the inspector was created. */
export interface HistoryReport {
  readonly actions: readonly ActionReport[];
  readonly requests: readonly Timed<OutcomeEvent>[];
  readonly invalidations: readonly Timed<InvalidatedEvent>[];
  /** The verified hits that were stale or unstable. */
  readonly verified: readonly Timed<VerifiedEvent>[];
}

/** Subscribes to the events of the cache, and stores the newest. */
export class RecentActivity {
  private readonly actions = new Map<string, ActionMetrics>();
  private readonly requests = new Ring<Timed<OutcomeEvent>>(KEPT_REQUESTS);
  private readonly invalidations = new Ring<Timed<InvalidatedEvent>>(KEPT_INVALIDATIONS);
  private readonly verified = new Ring<Timed<VerifiedEvent>>(KEPT_REPORTS);
  private readonly stops = [
    onCacheEvent('outcome', event => {
      this.addOutcome(event);
    }),
    onCacheEvent('invalidated', event => {
      this.addInvalidated(event);
    }),
    onCacheEvent('verified', event => {
      this.addVerified(event);
    }),
  ];

  /** @param clock called for each event, because the cache may be configured after the inspector was created */
  constructor(private readonly clock: () => Clock) {}

  report(): HistoryReport {
    return {
      actions: Array.from(this.actions.values(), action => action.report()),
      requests: this.requests.newestFirst(),
      invalidations: this.invalidations.newestFirst(),
      verified: this.verified.newestFirst(),
    };
  }

  /** Returns the metrics of each action, by its name. */
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

  private addVerified(event: CacheEvents['verified']): void {
    if (event.outcome === 'same') return;
    const suspects = event.suspects.map(suspect => ({ ...suspect, by: suspect.by.slice(0, MAX_TEXT) }));
    this.verified.add({ ...event, path: event.path.slice(0, MAX_TEXT), suspects, atMs: this.clock().now() });
  }
}
