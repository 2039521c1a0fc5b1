import type { Versions } from '../operation-log.js';
import type { WriteKind } from '../workload.js';
import type { Operation } from '../worker/operation.js';
import type { Origin } from '../worker/origin.js';
import type { Ended, Shown, System } from '../worker/system.js';

/** A cache that is called around functions. */
export interface PlainCache {
  /** What is kept for the path, else what is computed, kept for the next. */
  remember(path: string, compute: () => Promise<Versions>): Promise<Versions>;
  /** Makes a change, and has all forgotten that shows the key. */
  change(key: string, change: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** What an application does with it. Where it fails by itself, the application goes on without. */
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
      // It has told its caller: nothing is claimed of this one.
      this.onFault('CHANGE_FAILED');
      return 'unknown';
    }
  }

  close(): Promise<void> {
    return this.cache.close();
  }
}
