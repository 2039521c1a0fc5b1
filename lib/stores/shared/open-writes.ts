import type { WriteIntent, InvalidationResult, Targets, Undelivered } from '../store.js';

/** The result of a write that ends after the store was closed. The store reported its targets when it closed. */
export const LOST: Undelivered = {
  kind: 'undelivered',
  cause: undefined,
  delivered: new Promise(() => undefined),
  isLost: true,
};

/** The writes in progress of this process. */
export class OpenWrites {
  private readonly open = new Set<OpenWrite>();
  private isClosed = false;

  /** Returns a write intent that counts as open until its commit or abort. */
  track(intent: WriteIntent, targets: Targets): WriteIntent {
    const tracked = new OpenWrite(intent, targets, {
      isClosed: () => this.isClosed,
      onEnd: () => this.open.delete(tracked),
    });
    this.open.add(tracked);
    return tracked;
  }

  /** Resolves when no write is open. */
  async allEnded(): Promise<void> {
    while (this.open.size > 0) await Promise.all(Array.from(this.open, ({ ended }) => ended));
  }

  /** @returns the targets of the writes that have not ended */
  close(): readonly Targets[] {
    this.isClosed = true;
    return Array.from(this.open, ({ targets }) => targets);
  }
}

interface OpenWriteOwner {
  isClosed(): boolean;
  onEnd(): void;
}

class OpenWrite implements WriteIntent {
  private resolveEnded: () => void = () => undefined;
  readonly ended = new Promise<void>(resolve => {
    this.resolveEnded = resolve;
  });

  constructor(
    private readonly intent: WriteIntent,
    readonly targets: Targets,
    private readonly owner: OpenWriteOwner,
  ) {}

  async invalidate(targets: Targets): Promise<InvalidationResult> {
    const result = await this.intent.invalidate(targets);
    return this.owner.isClosed() && result !== undefined ? LOST : result;
  }

  async commit(targets: Targets, settleMs?: number): Promise<InvalidationResult> {
    try {
      const result = await this.intent.commit(targets, settleMs);
      return this.owner.isClosed() && result !== undefined ? LOST : result;
    } finally {
      this.end();
    }
  }

  async abort(): Promise<void> {
    try {
      await this.intent.abort();
    } finally {
      this.end();
    }
  }

  private end(): void {
    this.owner.onEnd();
    this.resolveEnded();
  }
}
