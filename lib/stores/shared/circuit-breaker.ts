import { setImmediate as nextTurn } from 'node:timers/promises';
import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleAll } from 'cockatiel';
import { inTime } from '../../time/deadline.js';
import { channels, publish } from '../../events/channels.js';

/** Failures one after the other, after which the store is left alone. */
const FAILURES = 3;
/** Milliseconds after which a store that was left alone is asked again, by this class itself: no request waits for that. */
const RECOVERY_MS = 1000;

const LATE = Symbol('late');

/** Thrown where the store could not be asked. It has been reported. */
export class StoreUnreachable extends Error {
  override readonly name = 'StoreUnreachable';
}

export interface CircuitBreakerOptions {
  /** Milliseconds that one operation may take. */
  readonly timeoutMs: number;
  /** Asks the store for anything, to see whether it answers. */
  readonly healthCheck: () => Promise<unknown>;
  readonly reportFault: (code: string, message: string, cause: unknown) => void;
}

/** Bounds what a store that is slow, broken or gone may cost: each operation in time, and many of them by not asking at all. */
export class CircuitBreaker {
  /** Half open at once: when to try again is told by the timer below, which no clock that is set can hold up. */
  private readonly breaker = circuitBreaker(handleAll, { halfOpenAfter: 0, breaker: new ConsecutiveBreaker(FAILURES) });
  private timer: NodeJS.Timeout | undefined;
  private state: 'open' | 'closing' | 'closed' = 'open';
  private readonly inFlight = new Set<Promise<unknown>>();

  constructor(private readonly options: CircuitBreakerOptions) {
    this.breaker.onBreak(() => {
      this.scheduleHealthCheck();
    });
    this.breaker.onStateChange(publishState);
  }

  /** Whether the store is asked at all. */
  get isClosed(): boolean {
    return this.breaker.state === CircuitState.Closed;
  }

  /**
   * @param what for the report: what could not be done
   * @throws StoreUnreachable
   */
  run<T>(what: string, operation: () => Promise<T>): Promise<T> {
    if (this.state === 'closed') return closed();
    if (!this.isClosed) return Promise.reject(new StoreUnreachable('The store does not answer, and is left alone for a while.'));
    return this.attempt(
      what,
      this.breaker.execute(() => this.bounded(operation)),
    );
  }

  /**
   * As `run`, but also asks a store whose circuit breaker is open: for an operation that no later one repeats.
   *
   * @throws StoreUnreachable
   */
  insist<T>(what: string, operation: () => Promise<T>): Promise<T> {
    if (this.state === 'closed') return closed();
    return this.attempt(what, this.bounded(operation));
  }

  /**
   * Waits for the operations under way, such as responses on their way to the store, and for what follows from them. Later operations
   * are rejected, and nothing is reported: no store has failed.
   */
  async close(): Promise<void> {
    this.state = 'closing';
    clearTimeout(this.timer);
    for (let pass = 0; pass < 2; pass++) {
      await Promise.allSettled(this.inFlight);
      // What follows from an operation begins within this turn of the event loop.
      await nextTurn();
    }
    this.state = 'closed';
    await Promise.allSettled(this.inFlight);
  }

  private async attempt<T>(what: string, execution: Promise<T>): Promise<T> {
    this.inFlight.add(execution);
    try {
      return await execution;
    } catch (error) {
      this.options.reportFault('CACHE_STORE_FAILED', what, error);
      throw new StoreUnreachable(error instanceof Error ? error.message : what, { cause: error });
    } finally {
      this.inFlight.delete(execution);
    }
  }

  /** The time of an operation does not include the time in which this process is too busy to see the answer. */
  private async bounded<T>(operation: () => Promise<T>): Promise<T> {
    const { timeoutMs } = this.options;
    const answer = await inTime(operation(), timeoutMs, LATE);
    if (answer === LATE) throw new Error(`the store did not answer within ${timeoutMs} ms`);
    return answer;
  }

  private scheduleHealthCheck(): void {
    if (this.state !== 'open') return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.breaker
        .execute(() => this.bounded(this.options.healthCheck))
        .catch(() => {
          this.scheduleHealthCheck();
        });
    }, RECOVERY_MS).unref();
  }
}

/** Runs an operation. @returns `otherwise` if the store could not be asked */
export async function unlessUnreachable<T>(otherwise: T, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof StoreUnreachable) return otherwise;
    throw error;
  }
}

function closed(): Promise<never> {
  return Promise.reject(new StoreUnreachable('The cache is closed.'));
}

function publishState(entered: CircuitState): void {
  const state = STATES[entered];
  if (state !== undefined && channels.breaker.hasSubscribers) publish('breaker', { state });
}

const STATES: Partial<Record<CircuitState, 'open' | 'half-open' | 'closed'>> = {
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Closed]: 'closed',
};
