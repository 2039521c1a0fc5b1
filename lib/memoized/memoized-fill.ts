import type { Computation } from '../runtime/computation.js';
import type { Flight } from '../runtime/single-flight.js';
import type { Entry, Lease } from '../stores/store.js';
import { run, type MemoizedCall } from './call.js';
import type { KeyedCall } from './call-decision.js';
import { dependOnCall, dependOnResult } from './dependencies.js';
import { createEntry, passesFilter } from './memoized-result.js';

/** One run of a method under a lease. The store refuses the result if an invalidation voids the lease during the run. */
export class MemoizedFill {
  private readonly computation: Computation;

  /** @param flight the calls that wait for this run; `undefined` if no call may wait */
  constructor(
    private readonly call: MemoizedCall,
    private readonly keyed: KeyedCall,
    private readonly lease: Lease,
    public flight?: Flight,
  ) {
    const { computations } = call.runtime;
    dependOnCall(call, computations.running, keyed.argumentsText);
    this.computation = computations.begin(keyed.address.key, call.method.readUse);
  }

  run(): Promise<unknown> {
    // The promise turns an error that the method throws synchronously into a rejection.
    return this.settle(
      new Promise(resolve => {
        resolve(this.compute());
      }),
    );
  }

  /** Runs the method, and collects the dependencies of its result. */
  compute(): unknown {
    return this.call.runtime.computations.run(this.computation, () => run(this.call));
  }

  /** Waits for the method and stores its result. @returns the original result: other callers get copies */
  async settle(running: PromiseLike<unknown>): Promise<unknown> {
    let result: unknown;
    try {
      result = await running;
    } catch (error) {
      this.settleUnstored();
      throw error;
    }
    const saved = this.store(result);
    // Until the store has the result, later calls find it by its flight. Without a flight they would find the old entry, so wait.
    if (this.flight === undefined) await saved;
    return result;
  }

  /** Stores a result. The promise resolves when the store has answered. */
  async store(result: unknown): Promise<void> {
    const { keyed, lease, flight } = this;
    const { runtime } = this.call;
    const entry = this.entryOf(result);
    if (entry === undefined) {
      this.settleUnstored();
      return;
    }
    this.computation.end();
    runtime.singleFlight.clearHitForMiss(keyed.address.key);
    const saved = runtime.saveVariant(keyed.address, entry, lease);
    // Waiting calls get the result now. Later calls join the flight until the store has the entry.
    flight?.settle({ kind: 'recorded', entry });
    await saved;
    if (flight !== undefined) runtime.singleFlight.close(keyed.address.key, flight);
  }

  /** @returns undefined if the result cannot be stored: a getter that throws, for example, must not fail the call */
  private entryOf(result: unknown): Entry | undefined {
    const { call, computation, keyed } = this;
    try {
      const isWanted = passesFilter(call, result);
      dependOnResult(call, computation, result, isWanted);
      return isWanted ? createEntry(call, keyed.address, computation, result) : undefined;
    } catch (error) {
      call.runtime.faults.report('CACHE_RESULT_NOT_KEPT', `${call.method.label}: a result cannot be stored`, error);
      return undefined;
    }
  }

  /** Ends a run whose result is not stored. Each waiting call runs the method too, and gets its own answer. */
  settleUnstored(): void {
    const { lease, flight } = this;
    const { key } = this.keyed.address;
    const { runtime } = this.call;
    this.computation.end();
    runtime.release(lease, 'unshareable');
    runtime.singleFlight.markHitForMiss(key);
    if (flight === undefined) return;
    runtime.singleFlight.close(key, flight);
    flight.settle({ kind: 'unshareable' });
  }
}
