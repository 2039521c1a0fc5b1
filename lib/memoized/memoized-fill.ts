import type { Flight } from '../runtime/single-flight.js';
import type { Address, Entry, Lease } from '../stores/store.js';
import { run, type MemoizedCall } from './call.js';
import { createEntry } from './memoized-result.js';

/** A run of a method whose result is to be kept, unless something that covers it is invalidated meanwhile. */
export class MemoizedFill {
  /** @param flight those who wait for it, where any may */
  constructor(
    private readonly call: MemoizedCall,
    private readonly address: Address,
    private readonly lease: Lease,
    private readonly flight?: Flight,
  ) {}

  run(): Promise<unknown> {
    // What the method throws at once is caught as what its promise rejects with.
    return this.settle(
      new Promise(resolve => {
        resolve(run(this.call));
      }),
    );
  }

  /** @returns what the method gives itself: copies are for others */
  async settle(running: PromiseLike<unknown>): Promise<unknown> {
    let result: unknown;
    try {
      result = await running;
    } catch (error) {
      this.settleUnstored();
      throw error;
    }
    const kept = this.keep(result);
    // Until it is kept, those who come find it by its flight; without one they would find what it is to replace.
    if (this.flight === undefined) await kept;
    return result;
  }

  /** Ends once the store has answered. */
  async keep(result: unknown): Promise<void> {
    const { address, lease, flight } = this;
    const { runtime } = this.call;
    const entry = this.entryOf(result);
    if (entry === undefined) {
      this.settleUnstored();
      return;
    }
    runtime.singleFlight.clearHitForMiss(address.key);
    const kept = runtime.saveVariant(address, entry, lease);
    // Those who wait get it now, and so do those who come until it is kept.
    flight?.settle({ kind: 'recorded', entry });
    await kept;
    if (flight !== undefined) runtime.singleFlight.close(address.key, flight);
  }

  /** @returns undefined if the result cannot be kept: a getter that throws, for example, is no fault of the call */
  private entryOf(result: unknown): Entry | undefined {
    const { runtime, method } = this.call;
    try {
      return createEntry(this.call, result);
    } catch (error) {
      runtime.faults.report('CACHE_RESULT_NOT_KEPT', `${method.label}: a result cannot be kept`, error);
      return undefined;
    }
  }

  /** Those who wait for what failed, or cannot be kept, run the method too: each has an answer of its own. */
  settleUnstored(): void {
    const { address, lease, flight } = this;
    const { runtime } = this.call;
    runtime.release(lease, 'unshareable');
    runtime.singleFlight.markHitForMiss(address.key);
    if (flight === undefined) return;
    runtime.singleFlight.close(address.key, flight);
    flight.settle({ kind: 'unshareable' });
  }
}
