import { setImmediate as nextTurn } from 'node:timers/promises';
import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleAll } from 'cockatiel';
import { inTime } from '../../time/deadline.js';
import { channels, publish } from '../../events/channels.js';

/** The number of consecutive failures that open the circuit breaker. */
const FAILURES = 3;
/** Milliseconds between two health checks while the circuit breaker is open. No request waits for a health check. */
const RECOVERY_MS = 1000;

/** The part of the timeout by which a command may be sent after its operation has begun, although it is the first command. */
const TIMER_ERROR = 0.1;

const LATE = Symbol('late');

/** Thrown if the store is unreachable. The circuit breaker has reported the fault. */
export class StoreUnreachable extends Error {
  override readonly name = 'StoreUnreachable';
}

export interface CircuitBreakerOptions {
  /** Milliseconds that the store may take to reply to one command. An operation may consist of several commands. */
  readonly timeoutMs: number;
  /**
   * Returns the milliseconds that the oldest command without a reply has waited.
   *
   * @default always Infinity: an operation is one command
   */
  readonly longestWaitMs?: () => number;
  /**
   * Describes what prevents a reply at present.
   *
   * @default nothing is known to
   */
  readonly problem?: () => string | undefined;
  /** Reads from the store. It resolves if the store is available. */
  readonly healthCheck: () => Promise<unknown>;
  readonly reportFault: (code: string, message: string, cause: unknown) => void;
}

/** Bounds the cost of a slow or unreachable store. Each operation has a timeout; after several failures, operations fail at once. */
export class CircuitBreaker {
  /** `halfOpenAfter` is 0, because the timer below starts the health check. A change of the system clock does not delay that timer. */
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

  /** True if operations are sent to the store. */
  get isClosed(): boolean {
    return this.breaker.state === CircuitState.Closed;
  }

  /**
   * Runs an operation if the circuit breaker is closed.
   *
   * @param what the failed operation, for the report
   * @throws StoreUnreachable
   */
  run<T>(what: string, operation: () => Promise<T>): Promise<T> {
    if (this.state === 'closed') return closed();
    if (!this.isClosed)
      return Promise.reject(new StoreUnreachable('The store does not answer, and the circuit breaker is open.'));
    return this.attempt(
      what,
      this.breaker.execute(() => this.bounded(operation)),
    );
  }

  /**
   * Runs an operation even if the circuit breaker is open. For an operation without a later attempt.
   *
   * @throws StoreUnreachable
   */
  insist<T>(what: string, operation: () => Promise<T>): Promise<T> {
    if (this.state === 'closed') return closed();
    return this.attempt(what, this.bounded(operation));
  }

  /**
   * Waits for the operations in flight, such as the storing of responses, and for their follow-up operations. Rejects later operations
   * without a report, because the store has not failed.
   */
  async close(): Promise<void> {
    this.state = 'closing';
    clearTimeout(this.timer);
    for (let pass = 0; pass < 2; pass++) {
      await Promise.allSettled(this.inFlight);
      // A follow-up operation begins within this turn of the event loop.
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

  /** The timeout does not count the time in which this process is too busy to receive the reply. */
  private async bounded<T>(operation: () => Promise<T>): Promise<T> {
    const { timeoutMs, longestWaitMs = () => Infinity } = this.options;
    const running = operation();
    for (let leftMs = timeoutMs; leftMs > timeoutMs * TIMER_ERROR; leftMs = timeoutMs - longestWaitMs()) {
      const reply = await inTime(running, leftMs, LATE);
      if (reply !== LATE) return reply;
    }
    const problem = this.options.problem?.();
    throw new Error(`the store did not answer within ${timeoutMs} ms${problem === undefined ? '' : `: ${problem}`}`);
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

/** Runs an operation. @returns `otherwise` if the store is unreachable */
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
