import type { ServerResponse } from 'node:http';
import { channels, tell, type OutcomeEvent } from './cache-events.js';

const OBSERVED = Symbol('observed request');
type Observed = ServerResponse & { [OBSERVED]?: ObservedRequest };

/** A request that somebody wants to hear of, from when the cache was asked. */
export class ObservedRequest {
  private readonly askedAtMs = performance.now();
  private computesSinceMs = this.askedAtMs;
  private isTold = false;
  private path: string | undefined;
  /** Why the store has no answer; `undefined` before it was asked. */
  cause: string | undefined;
  /** Of the cache's history, when the store was asked. */
  order = 0;

  constructor(
    readonly action: string,
    private readonly method: string,
    private readonly url: string,
  ) {}

  /** Whether there is anybody. */
  static get isWanted(): boolean {
    return channels.outcome.hasSubscribers || channels.stored.hasSubscribers;
  }

  /** @returns `undefined` where nobody wants to hear of it */
  static of(response: ServerResponse): ObservedRequest | undefined {
    return ObservedRequest.isWanted ? (response as Observed)[OBSERVED] : undefined;
  }

  travelsWith(response: ServerResponse): this {
    (response as Observed)[OBSERVED] = this;
    return this;
  }

  /** For what is computed behind the answer: the request has its outcome. */
  again(): ObservedRequest {
    const again = new ObservedRequest(this.action, this.method, this.url);
    again.isTold = true;
    return again;
  }

  leadsTo(path: string): this {
    this.path = path;
    return this;
  }

  missed(cause: string | undefined, order = 0): void {
    this.cause = cause;
    this.order = order;
  }

  beginComputing(): void {
    this.computesSinceMs = performance.now();
  }

  /** A request has one outcome, whatever else is done on its way. */
  end(outcome: OutcomeEvent['outcome'], reason: string | undefined): void {
    if (this.isTold || !channels.outcome.hasSubscribers) return;
    this.isTold = true;
    const { action, method, url, path, askedAtMs } = this;
    tell('outcome', { outcome, action, method, url, path, reason, durationMs: performance.now() - askedAtMs });
  }

  stored(what: {
    readonly path: string;
    readonly status: number;
    readonly bytes: number;
    readonly ttl: number;
    readonly tags: readonly string[];
  }): void {
    if (channels.stored.hasSubscribers)
      tell('stored', { action: this.action, ...what, durationMs: performance.now() - this.computesSinceMs });
  }
}
