import { channels, publish, type OutcomeEvent } from './channels.js';

/** A request that somebody wants to hear of, from when the cache was asked. */
export class RequestTrace {
  private readonly askedAtMs = performance.now();
  private computesSinceMs = this.askedAtMs;
  private isPublished = false;
  private path: string | undefined;
  /** Why the store has no answer; `undefined` before it was asked. */
  missReason: string | undefined;
  /** Of the cache's history, when the store was asked. */
  sequence = 0;

  constructor(
    readonly action: string,
    private readonly method: string,
    private readonly url: string,
  ) {}

  /** Whether there is anybody. */
  static get isEnabled(): boolean {
    return channels.outcome.hasSubscribers || channels.stored.hasSubscribers;
  }

  /** For what is computed behind the answer: the request has its outcome. */
  forRefresh(): RequestTrace {
    const again = new RequestTrace(this.action, this.method, this.url);
    again.isPublished = true;
    return again;
  }

  setPath(path: string): this {
    this.path = path;
    return this;
  }

  missed(missReason: string | undefined, sequence = 0): void {
    this.missReason = missReason;
    this.sequence = sequence;
  }

  beginComputing(): void {
    this.computesSinceMs = performance.now();
  }

  /** A request has one outcome, whatever else is done on its way. */
  end(outcome: OutcomeEvent['outcome'], reason: string | undefined): void {
    if (this.isPublished || !channels.outcome.hasSubscribers) return;
    this.isPublished = true;
    const { action, method, url, path, askedAtMs } = this;
    publish('outcome', { outcome, action, method, url, path, reason, durationMs: performance.now() - askedAtMs });
  }

  stored(what: {
    readonly path: string;
    readonly status: number;
    readonly bytes: number;
    readonly ttl: number;
    readonly tags: readonly string[];
  }): void {
    if (channels.stored.hasSubscribers)
      publish('stored', { action: this.action, ...what, durationMs: performance.now() - this.computesSinceMs });
  }
}
