import { channels, publish, type OutcomeEvent } from './channels.js';

/** Collects the events of one request. It exists only if the events have subscribers. */
export class RequestTrace {
  private readonly askedAtMs = performance.now();
  private computesSinceMs = this.askedAtMs;
  private isPublished = false;
  private path: string | undefined;
  /** The reason why the store has no entry; `undefined` before the look-up. */
  missReason: string | undefined;
  /** The sequence of the miss history at the look-up. */
  sequence = 0;

  constructor(
    readonly action: string,
    private readonly method: string,
    private readonly url: string,
  ) {}

  /** True if the events of requests have subscribers. */
  static get isEnabled(): boolean {
    return channels.outcome.hasSubscribers || channels.stored.hasSubscribers;
  }

  /** Returns a trace for a refresh in the background, whose request has its outcome already. */
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

  /** Publishes the outcome. Only the first call has an effect, because a request has one outcome. */
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
