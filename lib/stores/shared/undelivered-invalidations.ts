import { canonicalise, type CanonicalPath } from '../../keys/canonical-path.js';
import type { Targets, Undelivered } from '../store.js';

/** Milliseconds between two attempts. */
const RETRY_MS = 100;
/** More are taken together: then everything is invalidated. */
const MAX_WAITING = 1000;
/** How many are delivered in one operation, which must come to its end in time. */
const MAX_AT_ONCE = 100;

interface Waiting {
  readonly targets: Targets;
  readonly ownerIds: readonly string[];
  readonly settle: () => void;
}

/** @param ownerIds of the changes that end with it */
export type Deliver = (targets: Targets, ownerIds: readonly string[]) => Promise<void>;

/** Invalidations that the store has not been told of: kept, and tried again until it has. */
export class UndeliveredInvalidations {
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly deliver: Deliver) {}

  add(targets: Targets, ownerIds: readonly string[], cause: unknown): Undelivered {
    let settle: () => void = () => undefined;
    const delivered = new Promise<void>(resolve => {
      settle = resolve;
    });
    this.waiting.push({ targets, ownerIds, settle });
    if (this.waiting.length > MAX_WAITING) this.takeTogether();
    this.retryLater();
    return { kind: 'undelivered', cause, delivered };
  }

  /** Whether one of them covers the path, so that nothing under it may be taken from the store. */
  covers({ path, folded }: CanonicalPath): boolean {
    return this.waiting.some(({ targets }) => targets.prefixes.some(prefix => isUnder(path, canonicalise(prefix), folded)));
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  /** The whole cache has a generation like any prefix: one invalidation says as much as all. */
  private takeTogether(): void {
    const all = this.waiting;
    this.waiting = [
      {
        targets: { prefixes: ['/'] },
        ownerIds: [],
        settle: () => {
          for (const { settle } of all) settle();
        },
      },
    ];
  }

  private retryLater(): void {
    if (this.isClosed) return;
    this.timer ??= setTimeout(() => void this.retry(), RETRY_MS).unref();
  }

  private async retry(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, MAX_AT_ONCE);
      try {
        await this.deliver(...all(batch));
      } catch {
        // The store is still out of reach, which has been reported when it was found.
        break;
      }
      this.waiting = this.waiting.filter(one => !batch.includes(one));
      for (const { settle } of batch) settle();
    }
    this.timer = undefined;
    if (this.waiting.length > 0) this.retryLater();
  }
}

/** In one: many that wait are about the same prefixes, and would only be in each other's way. */
function all(batch: readonly Waiting[]): Parameters<Deliver> {
  const prefixes = new Set(batch.flatMap(({ targets }) => targets.prefixes));
  return [{ prefixes: [...prefixes] }, batch.flatMap(({ ownerIds }) => ownerIds)];
}

function isUnder(path: string, prefix: string, folded: boolean): boolean {
  const [inner, outer] = folded ? [path.toLowerCase(), prefix.toLowerCase()] : [path, prefix];
  return inner === outer || inner.startsWith(`${outer}/`);
}
