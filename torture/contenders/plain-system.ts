import type { Versions } from '../operation-log.js';
import type { WriteKind } from '../workload.js';
import type { Operation } from '../worker/operation.js';
import type { Origin } from '../worker/origin.js';
import type { Ended, Shown, System } from '../worker/system.js';

/** A cache whose callers wrap functions. */
export interface PlainCache {
  /** Returns the stored versions of a path, or computes and stores them. */
  remember(path: string, compute: () => Promise<Versions>): Promise<Versions>;
  /** Runs a change, then invalidates all resources that show the key. */
  change(key: string, change: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** An application with such a cache. If the cache fails, the request or change fails too. */
export class PlainSystem implements System {
  constructor(
    private readonly cache: PlainCache,
    private readonly origin: Origin,
    private readonly onFault: (code: string) => void,
  ) {}

  async read(path: string): Promise<Shown> {
    let outcome: Shown['outcome'] = 'hit';
    try {
      const versions = await this.cache.remember(path, () => {
        outcome = 'miss';
        return this.origin.show(path);
      });
      return { outcome, versions, remark: outcome };
    } catch (error) {
      this.onFault('READ_FAILED');
      return { outcome: 'failed', versions: {}, remark: String(error) };
    }
  }

  async change(key: string, writeKind: WriteKind, operation: Operation): Promise<Ended> {
    try {
      await this.cache.change(key, () => this.origin.change(key, writeKind, operation));
      return 'seen';
    } catch {
      // The caller got an error, so the checker claims nothing for this change.
      this.onFault('CHANGE_FAILED');
      return 'unknown';
    }
  }

  close(): Promise<void> {
    return this.cache.close();
  }
}
