import type { WriteIntent, InvalidationResult, Targets, Undelivered } from '../store.js';

/** A change that ended after the cache was closed. Its targets were reported then. */
export const LOST: Undelivered = {
  kind: 'undelivered',
  cause: undefined,
  delivered: new Promise(() => undefined),
  isLost: true,
};

/** The changes of this process that are under way. */
export class OpenWrites {
  private readonly open = new Set<OpenWrite>();
  private isClosed = false;

  /** @returns the change, which counts as open until it is committed or abandoned */
  track(change: WriteIntent, targets: Targets): WriteIntent {
    const tracked = new OpenWrite(change, targets, {
      isClosed: () => this.isClosed,
      onEnd: () => this.open.delete(tracked),
    });
    this.open.add(tracked);
    return tracked;
  }

  /** Resolves when no change is open. */
  async allEnded(): Promise<void> {
    while (this.open.size > 0) await Promise.all(Array.from(this.open, ({ ended }) => ended));
  }

  /** @returns the targets of the changes that have not ended */
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
    private readonly change: WriteIntent,
    readonly targets: Targets,
    private readonly changes: OpenWriteOwner,
  ) {}

  async invalidate(targets: Targets): Promise<InvalidationResult> {
    const invalidated = await this.change.invalidate(targets);
    return this.changes.isClosed() && invalidated !== undefined ? LOST : invalidated;
  }

  async commit(targets: Targets): Promise<InvalidationResult> {
    try {
      const invalidated = await this.change.commit(targets);
      return this.changes.isClosed() && invalidated !== undefined ? LOST : invalidated;
    } finally {
      this.end();
    }
  }

  async abort(): Promise<void> {
    try {
      await this.change.abort();
    } finally {
      this.end();
    }
  }

  private end(): void {
    this.changes.onEnd();
    this.resolveEnded();
  }
}
